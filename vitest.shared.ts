import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import { leftOut } from './scripts/platform-rows.ts';

/**
 * What all tests have in common. Sources are resolved through the `@subwire/source` export condition, so no build is needed before a test; only programs
 * that tests start as processes are bundled first, by the global set-up.
 */
export const common = defineConfig({
  ssr: { resolve: { conditions: ['@subwire/source'] } },
  resolve: { conditions: ['@subwire/source'] },
  test: {
    globalSetup: [fileURLToPath(new URL('./scripts/bundle-programs.ts', import.meta.url))],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    reporters: ['default', 'json'],
    outputFile: { json: '.reports/vitest.json' },
  },
});

/** CI's machine is half as fast from one second to the next, and these tests have processes to wait for: what fails twice is a fault. At a desk, once is enough. */
export const processRetries = process.env['CI'] === undefined ? 0 : 1;

const root = fileURLToPath(new URL('.', import.meta.url));
const folder = path.relative(root, process.cwd()).split(path.sep).join('/');
const exclude = [...configDefaults.exclude, ...(folder.startsWith('packages/') ? leftOut(root, folder, process.platform) : [])];
if (exclude.length > configDefaults.exclude.length)
  console.log(
    `${folder}: ${exclude.length - configDefaults.exclude.length} test files left out on ${process.platform} (scripts/platform-rows.ts)`,
  );

/** How the tests of a package run. Those in memory share the modules of their worker: importing them anew for each file costs more than the tests. */
export default mergeConfig(
  common,
  defineConfig({
    test: {
      projects: [
        {
          extends: true,
          test: {
            name: 'unit',
            include: ['test/{unit,property}/**/*.test.ts'],
            exclude,
            isolate: false,
            setupFiles: [fileURLToPath(new URL('./scripts/property-seed.ts', import.meta.url))],
          },
        },
        { extends: true, test: { name: 'integration', include: ['test/integration/**/*.test.ts'], exclude, retry: processRetries } },
      ],
    },
  }),
);
