// `npm start -- "hello"`: builds the command if the sources are newer, then runs it on the fake agent. The build speaks only when it fails.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));
const turbo = path.join(root, 'node_modules', 'turbo', 'bin', 'turbo');
const bin = path.join(root, 'packages', 'cli', 'dist', 'bin.js');

process.stderr.write('Building the packages (some seconds the first time) ...\n');
const build = spawnSync(process.execPath, [turbo, 'run', 'build', '--filter=@subwire/cli', '--output-logs=errors-only'], {
  cwd: root,
  encoding: 'utf8',
});
if (build.status !== 0) {
  process.stderr.write(`${build.stdout}${build.stderr}\nThe build failed.\n`);
  process.exitCode = 1;
} else {
  const run = spawnSync(process.execPath, [bin, 'run', '--agent', 'fake', ...process.argv.slice(2)], {
    stdio: 'inherit',
    cwd: process.env.INIT_CWD ?? process.cwd(),
  });
  process.exitCode = run.status ?? 1;
}
