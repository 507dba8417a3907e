import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../../..');
let folder: string;

beforeAll(async () => {
  // Inside the package, so that `rxjs` resolves as it does for the sources.
  await mkdir(path.join(root, '.cache'), { recursive: true });
  folder = await mkdtemp(path.join(root, '.cache/runner-'));
  await build({
    entryPoints: [path.join(root, 'src/index.ts')],
    outfile: path.join(folder, 'testing.mjs'),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    metafile: true,
    logLevel: 'error',
  });
  await copyFile(path.join(root, 'test/fixtures/runner-neutral.test.mjs'), path.join(folder, 'neutral.test.mjs'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the root entry', () => {
  it('works under node --test', async () => {
    const env = { PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir(), TESTING_ENTRY: pathToFileURL(path.join(folder, 'testing.mjs')).href };
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', path.join(folder, 'neutral.test.mjs')], { env }).catch(
      (error: unknown) => {
        throw new Error((error as { stdout: string }).stdout);
      },
    );
    expect(stdout).toMatch(/^# pass 6$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });

  it('imports neither vitest nor fast-check, nor anything else but rxjs and Node', async () => {
    const { metafile } = await build({
      entryPoints: [path.join(root, 'src/index.ts')],
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      metafile: true,
      write: false,
      logLevel: 'error',
    });
    const imported = new Set(Object.values(metafile.outputs).flatMap((output) => output.imports.map((one) => one.path)));
    expect([...imported].filter((name) => !name.startsWith('node:')).sort()).toEqual(['rxjs', 'rxjs/testing']);
  });
});
