import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { fakeCli } from '@subwire/testing';
import { build } from 'esbuild';

/** A host program of its own, with agents at work. */
export interface BusyHost {
  readonly process: ChildProcess;
  readonly agents: readonly number[];
}

const fixture = fileURLToPath(new URL('../fixtures/busy-host.ts', import.meta.url));
let folder: string | undefined;

/** Node 20 runs no TypeScript: the host is bundled once per test file. Call before processes are tracked: the bundler leaves a service behind. */
export async function bundleHost(): Promise<void> {
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-host-'));
  await build({
    entryPoints: [fixture],
    outfile: path.join(folder, 'busy-host.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: ['@subwire/source'],
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    logLevel: 'error',
  });
}

export async function removeHost(): Promise<void> {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}

/** Starts a host and waits until its agents are at work. */
export async function startHost(env: Readonly<Record<string, string>>, kind?: 'setsid' | 'double-fork'): Promise<BusyHost> {
  const { command } = fakeCli();
  const args = [path.join(folder ?? '', 'busy-host.mjs'), ...command, ...(kind === undefined ? [] : [kind])];
  const host = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const said = await new Promise<string>((resolve, reject) => {
    createInterface({ input: host.stdout }).once('line', resolve);
    host.once('exit', (code) => reject(new Error(`The host ended with ${String(code)} before its agents were at work.`)));
  });
  return { process: host, agents: (JSON.parse(said) as { agents: number[] }).agents };
}
