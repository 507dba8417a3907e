// Runs the suites that depend on Node itself (framing, streams, processes, the fake CLI) on other versions of Node, which come from npm's `node` package.
// `npm run test:matrix` runs all versions, `npm run test:matrix -- 24` one of them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
const all = ['20.19', '22', '24', '26'];
const suites = {
  'packages/core': [
    'test/property',
    'test/unit/framing',
    'test/unit/streams',
    'test/integration/framing',
    'test/integration/transport',
    'test/integration/start.test.ts',
  ],
  'packages/testing': ['test/integration/fake-cli', 'test/integration/mock'],
};

const versions = process.argv.slice(2).length > 0 ? process.argv.slice(2) : all;
for (const version of versions) {
  const found = spawnSync('npx', ['-y', '-p', `node@${version}`, 'node', '-p', 'process.execPath'], {
    encoding: 'utf8',
    cwd: root,
    timeout: 300_000,
  });
  const node = found.stdout.trim().split('\n').at(-1) ?? '';
  if (found.status !== 0 || node === '') {
    console.log(`matrix: Node ${version} could not be had from npm: ${found.stderr.trim().split('\n').at(-1) ?? ''}`);
    process.exitCode = 1;
    continue;
  }
  const { stdout } = spawnSync(node, ['-v'], { encoding: 'utf8' });
  for (const [folder, files] of Object.entries(suites)) {
    console.log(`\nmatrix: ${folder} on Node ${stdout.trim()}`);
    const report = `--outputFile.json=.reports/node-${version}.json`;
    // Children that tests start as `node` must be this Node as well.
    const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}` };
    const { status } = spawnSync(node, [vitest, 'run', report, ...files], { stdio: 'inherit', cwd: path.join(root, folder), env });
    if (status !== 0) process.exitCode = 1;
  }
}
