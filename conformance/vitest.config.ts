import { defineConfig, mergeConfig } from 'vitest/config';
import { common, processRetries } from '../vitest.shared.ts';

// The real CLI takes 0.4 s of CPU per start: one file at a time, so that no test waits for another's start.
export default mergeConfig(
  common,
  defineConfig({
    test: { include: ['test/**/*.test.ts'], maxWorkers: 1, retry: processRetries, testTimeout: 60_000, hookTimeout: 60_000 },
  }),
);
