// Every package that a user gets with ours is under a licence that asks for nothing but its notice. Reads what is installed; run by `npm run check:licenses`.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const allowed = new Set(['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'CC0-1.0', 'Unlicense']);

/** Folders of the run-time dependencies of the four packages, from npm itself. */
const workspaces = ['core', 'pool', 'testing', 'cli'].flatMap((name) => ['--workspace', `@subwire/${name}`]);
const listed = execFileSync('npm', ['ls', '--omit=dev', '--omit=peer', '--omit=optional', '--all', '--parseable', ...workspaces], {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
});
const folders = listed
  .split('\n')
  .filter((folder) => folder.includes(`${path.sep}node_modules${path.sep}`) && existsSync(path.join(folder, 'package.json')));
const bad = [];
for (const folder of new Set(folders)) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const choices = String(license ?? 'none')
    .replaceAll(/[()]/g, '')
    .split(' OR ');
  if (!choices.some((choice) => allowed.has(choice))) bad.push(`${name}@${version}: ${String(license)}`);
}
for (const line of bad) console.error(line);
console.log(`${new Set(folders).size} run-time packages, ${bad.length} with a licence that was not agreed on`);
process.exitCode = bad.length > 0 || folders.length === 0 ? 1 : 0;
