import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from '../../../../scripts/bundle-program.mjs';

const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));

/** Bundles a program that uses the package's sources, to be run as a host of its own. Returns its path; one folder per call, so that tests do not meet. */
export async function bundleHost(entry: URL): Promise<string> {
  const { mkdir } = await import('node:fs/promises');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(path.join(cache, 'host-'));
  const outfile = path.join(folder, 'host.mjs');
  await bundleProgram(fileURLToPath(entry), outfile);
  return outfile;
}
