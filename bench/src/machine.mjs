import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import { peerVersions } from './peers.mjs';

function versionOf(name) {
  return JSON.parse(readFileSync(createRequire(import.meta.url).resolve(`${name}/package.json`), 'utf8')).version;
}

/** What the numbers depend on. */
export function describeMachine() {
  const cpus = os.cpus();
  return {
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    cpu: cpus[0]?.model ?? 'unknown',
    cpus: cpus.length,
    memoryGigabytes: Math.round(os.totalmem() / 1e9),
    load: os.loadavg().map((value) => Math.round(value * 100) / 100),
    versions: { rxjs: versionOf('rxjs'), ...peerVersions },
  };
}
