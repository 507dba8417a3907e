import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from '../../../../scripts/bundle-program.mjs';

/** A program of `test/fixtures` that Node runs as it is. */
export interface BundledFixture {
  readonly file: string;
  remove(): Promise<void>;
}

/** Node 20 runs no TypeScript: programs are bundled once per test file. Call before processes are tracked: the bundler leaves a service behind. */
export async function bundleFixture(name: string): Promise<BundledFixture> {
  const folder = await mkdtemp(path.join(tmpdir(), 'subwire-fixture-'));
  const file = path.join(folder, `${name}.mjs`);
  await bundleProgram(fileURLToPath(new URL(`../fixtures/${name}.ts`, import.meta.url)), file);
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}
