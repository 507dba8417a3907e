// The long versions of the suites that have one: `npm run soak`, or `npm run soak -- ft-01` for those whose path contains a text.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
const wanted = process.argv.slice(2);

for (const name of readdirSync(path.join(root, 'packages'))) {
  const folder = path.join(root, 'packages', name);
  const files = readdirSync(path.join(folder, 'test'), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file, 'utf8').match(/SUBWIRE_SOAK|isSoak/) !== null)
    .filter((file) => wanted.length === 0 || wanted.some((text) => file.includes(text)));
  if (files.length === 0) continue;
  const env = { ...process.env, SUBWIRE_SOAK: '1' };
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...files], { cwd: folder, env, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
