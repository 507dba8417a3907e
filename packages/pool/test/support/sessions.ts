import { readdirSync } from 'node:fs';
import type { Session } from '@subwire/core';
import type { Pool } from '../../src/index.ts';

/** Whether the long versions are asked for: `SUBWIRE_SOAK=1`. */
export const isSoak = process.env['SUBWIRE_SOAK'] === '1';

/** Descriptors that this process holds open; undefined where the system does not tell. */
export function openDescriptors(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}

/** The processes of a pool at this moment. */
export function pidsOf(pool: Pool<Session>): number[] {
  return pool.snapshot().slots.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
}

/** Sends a signal; a process that has gone in the meantime is what the test wanted anyway. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something holds, for at most so long. Says whether it does. */
export async function eventually(condition: () => boolean, withinMs: number): Promise<boolean> {
  const untilMs = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > untilMs) return false;
    await sleep(10);
  }
  return true;
}
