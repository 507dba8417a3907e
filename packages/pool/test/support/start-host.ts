import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fakeCli, identityOf, isAlive, type ProcessIdentity } from '@subwire/testing';
import type { BusyHostPlan } from '../fixtures/busy-host.ts';
import { bundleFixture, type BundledFixture } from './bundle-fixture.ts';

/** A host program of its own, with agents. */
export interface BusyHost {
  readonly process: ChildProcess;
  /** Resolves when its agents are at work, with their pids. Rejects when it ends before. */
  readonly atWork: Promise<readonly ProcessIdentity[]>;
}

let bundle: BundledFixture | undefined;

export async function bundleHost(): Promise<void> {
  bundle = await bundleFixture('busy-host');
}

export async function removeHost(): Promise<void> {
  await bundle?.remove();
}

/** Starts a host; resolves when it is about to start its agents. */
export async function launchHost(env: Readonly<Record<string, string>>, plan: Omit<BusyHostPlan, 'command'> = {}): Promise<BusyHost> {
  const { command } = fakeCli();
  const args = [bundle?.file ?? '', JSON.stringify({ command, ...plan } satisfies BusyHostPlan)];
  const host = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const lines = createInterface({ input: host.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<never>((_, reject) => {
    host.once('exit', (code) => reject(new Error(`The host ended with ${String(code)} before its agents were at work.`)));
  });
  const next = async (): Promise<string> => String((await Promise.race([lines.next(), ended])).value);
  await next();
  const atWork = next().then((line) => (JSON.parse(line) as number[]).flatMap((pid) => identityOf(pid) ?? []));
  atWork.catch(() => {});
  return { process: host, atWork };
}

/** How many of them live. */
export function countLiving(agents: readonly ProcessIdentity[]): number {
  return agents.filter(isAlive).length;
}
