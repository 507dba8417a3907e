import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

/** A process that cannot be mistaken for a later one with the same number: numbers are reused, start times are not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, as `/proc/<pid>/stat` tells it. */
  readonly startTime: string;
}

interface ProcessStat extends ProcessIdentity {
  readonly parent: number;
  readonly group: number;
  readonly state: string;
}

/** Parses `/proc/<pid>/stat`. The command name may hold spaces and parentheses, so the fields are counted from the last one. */
function parseStat(pid: number, text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid, state: fields[0] ?? '', parent: Number(fields[1]), group: Number(fields[2]), startTime: fields[19] ?? '' };
}

async function readStat(pid: number | string): Promise<ProcessStat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  return text === undefined ? undefined : parseStat(Number(pid), text);
}

/**
 * The identity of a process that this host has just started, or undefined when the number names no child of ours: a double's pid is made up, and a
 * signal sent to it would hit a stranger. Read at once, before the event loop can reap a process that ended immediately.
 */
export function identifyOwnChild(pid: number | undefined): ProcessIdentity | undefined {
  if (pid === undefined) return undefined;
  try {
    const found = parseStat(pid, readFileSync(`/proc/${pid}/stat`, 'latin1'));
    return found.parent === process.pid ? { pid, startTime: found.startTime } : undefined;
  } catch {
    return undefined;
  }
}

/** The identity of a living process, or undefined when there is none of that number. A zombie is not alive. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const found = await readStat(pid);
  return found === undefined || found.state === 'Z' || found.state === 'X' ? undefined : { pid, startTime: found.startTime };
}

/** Whether this very process still lives. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await identify(identity.pid))?.startTime === identity.startTime;
}

/** Every living descendant of a process, and every member of its process group, nearest first. Empty where there is no `/proc`. */
export async function listDescendants(root: number): Promise<readonly ProcessIdentity[]> {
  const names = await readdir('/proc').catch(() => []);
  const stats = (await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readStat))).filter((entry) => entry !== undefined);
  const living = stats.filter((entry) => entry.state !== 'Z' && entry.state !== 'X');
  const found = new Map<number, ProcessStat>();
  const queue = [root];
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    for (const entry of living) {
      if (entry.pid === root || found.has(entry.pid)) continue;
      if (entry.parent !== parent && entry.group !== root) continue;
      found.set(entry.pid, entry);
      queue.push(entry.pid);
    }
  }
  return [...found.values()].map(({ pid, startTime }) => ({ pid, startTime }));
}
