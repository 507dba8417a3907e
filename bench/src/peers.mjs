import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What is compared with, pinned. execa 10 needs Node 22. */
export const peerVersions = Object.freeze({
  '@anthropic-ai/claude-agent-sdk': '0.3.329',
  execa: '9.6.1',
  'spawn-rx': '6.0.1',
  split2: '4.2.0',
  'generic-pool': '3.9.0',
  'jest-worker': '30.5.1',
  'sequelize-pool': '8.0.1',
  tarn: '3.1.2',
  tinypool: '2.2.0',
  workerpool: '10.0.3',
});

const folder = fileURLToPath(new URL('../.cache/peers', import.meta.url));
const manifest = path.join(folder, 'package.json');

function installed(name) {
  const file = path.join(folder, 'node_modules', name, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
}

/**
 * Installs the peers from npm on first use, into a folder that is no part of the workspaces: they must not weigh on everybody's `npm ci`. Without the
 * optional packages, because those hold the 200 MB executable that no measurement runs.
 */
export function installPeers() {
  if (Object.entries(peerVersions).every(([name, version]) => installed(name) === version)) return;
  process.stderr.write('Installing the peers ...\n');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(manifest, JSON.stringify({ private: true }));
  const names = Object.entries(peerVersions).map(([name, version]) => `${name}@${version}`);
  const flags = ['--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', '--loglevel=error'];
  const { status } = spawnSync('npm', ['install', '--prefix', folder, ...flags, ...names], { cwd: folder, stdio: ['ignore', 2, 2] });
  if (status !== 0)
    throw new Error('The peers could not be installed from npm. Run again with --rows limit,subwire to measure without them.');
}

/**
 * Where a peer's module is, as an import takes it.
 * @param {string} name
 */
export function peerUrl(name) {
  return pathToFileURL(createRequire(manifest).resolve(name)).href;
}
