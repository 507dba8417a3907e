import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * What every package's tests have in common. Sources are resolved through the `@subwire/source` export condition, so no
 * build is needed before a test; only programs that tests start as processes are bundled first, by the global set-up.
 */
export default defineConfig({
  ssr: { resolve: { conditions: ['@subwire/source'] } },
  resolve: { conditions: ['@subwire/source'] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: [fileURLToPath(new URL('./scripts/bundle-programs.ts', import.meta.url))],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    reporters: ['default', 'json'],
    outputFile: { json: '.reports/vitest.json' },
  },
});
