import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from './bundle-program.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Programs that tests start as processes of their own. Node 20 cannot run TypeScript, so these are bundled before a test run. */
const programs = [
  { entry: 'packages/testing/src/fake-cli/main.ts', outfile: 'packages/testing/.cache/subwire-fake-cli.js', neededBy: undefined },
  { entry: 'packages/cli/src/bin.ts', outfile: 'packages/cli/.cache/bin.js', neededBy: ['packages/cli', 'conformance'] },
] as const;

async function newestSource(): Promise<number> {
  let newest = 0;
  for (const name of ['core', 'pool', 'testing', 'cli']) {
    const folder = path.join(root, 'packages', name, 'src');
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      newest = Math.max(newest, (await stat(path.join(entry.parentPath, entry.name))).mtimeMs);
    }
  }
  return newest;
}

/** Bundles each program that is older than the sources. Several test runs may do this at once: a bundle appears by rename, whole or not at all. */
export default async function bundlePrograms(project: { readonly config: { readonly root: string } }): Promise<void> {
  const newest = await newestSource();
  const user = path.relative(root, project.config.root).split(path.sep).join('/');
  for (const program of programs) {
    if (program.neededBy !== undefined && !program.neededBy.some((name) => name === user)) continue;
    const outfile = path.join(root, program.outfile);
    const built = await stat(outfile).catch(() => undefined);
    if (built !== undefined && built.mtimeMs > newest) continue;
    const entry = path.join(root, program.entry);
    if ((await stat(entry).catch(() => undefined)) === undefined) continue;
    await mkdir(path.dirname(outfile), { recursive: true });
    const temporary = path.join(path.dirname(outfile), `.${process.pid}-${path.basename(outfile)}`);
    await bundleProgram(entry, temporary, { sourcemap: 'inline' });
    await rename(temporary, outfile);
    await rm(temporary, { force: true });
  }
}
