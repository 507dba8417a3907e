import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { refuse } from './check-task.ts';

/** Who holds a lock: a pid alone names nobody, for it is used again. */
export interface LockOwner {
  readonly pid: number;
  /** When the process started, in ticks since the machine did; undefined where the system does not tell. */
  readonly startTicks?: number | undefined;
  /** Changes with each start of the machine. */
  readonly bootId?: string | undefined;
  readonly hostname: string;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The start of a living process in ticks; undefined when there is none, `unknown` where the system does not tell. */
function startOf(pid: number): number | 'unknown' | undefined {
  if (read('/proc/self/stat') === undefined) {
    try {
      process.kill(pid, 0);
      return 'unknown';
    } catch (cause) {
      return (cause as NodeJS.ErrnoException).code === 'EPERM' ? 'unknown' : undefined;
    }
  }
  const stat = read(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything, so the fields are counted from behind it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return Number(fields[19]);
}

export function thisOwner(): LockOwner {
  const start = startOf(process.pid);
  return {
    pid: process.pid,
    startTicks: typeof start === 'number' ? start : undefined,
    bootId: read('/proc/sys/kernel/random/boot_id'),
    hostname: os.hostname(),
  };
}

/** Whether the owner of a lock is still there. What cannot be known is taken for alive. */
export function isOwnerAlive(owner: LockOwner, self: LockOwner = thisOwner(), look = startOf): boolean {
  // Another machine, or another container of this one: its processes cannot be seen from here.
  if (owner.hostname !== self.hostname) return true;
  if (owner.bootId !== undefined && self.bootId !== undefined && owner.bootId !== self.bootId) return false;
  const start = look(owner.pid);
  if (start === undefined) return false;
  return start === 'unknown' || owner.startTicks === undefined || owner.startTicks === start;
}

async function ownerOf(file: string): Promise<LockOwner | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  try {
    const owner = JSON.parse(text ?? '') as Partial<LockOwner>;
    return typeof owner.pid === 'number' && typeof owner.hostname === 'string' ? (owner as LockOwner) : undefined;
  } catch {
    return undefined;
  }
}

/** Moves the lock of a dead owner away. Whoever took it over in the meantime gets it back. */
async function breakLock(lock: string, dead: LockOwner): Promise<void> {
  const aside = `${lock}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(lock, aside);
  } catch {
    return;
  }
  const moved = await ownerOf(aside);
  if (moved !== undefined && JSON.stringify(moved) !== JSON.stringify(dead)) await link(aside, lock).catch(() => {});
  await unlink(aside).catch(() => {});
}

const attempts = 5;

/**
 * Takes the lock of a journal: a file beside it that names its owner. Returns what gives it back.
 * @throws ConfigError `INVALID_OPTION` when another living program holds it
 */
export async function lockJournal(journal: string): Promise<() => Promise<void>> {
  const lock = `${journal}.lock`;
  const self = thisOwner();
  const text = JSON.stringify({ ...self, token: randomBytes(8).toString('hex') });
  const own = `${lock}.${randomBytes(6).toString('hex')}`;
  // Written first and linked then: a lock is never seen half written.
  await writeFile(own, text, { mode: 0o600, flag: 'wx' });
  try {
    for (let attempt = 1; ; attempt += 1) {
      const isTaken = await link(own, lock).then(
        () => false,
        (cause: unknown) => {
          if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return true;
          throw cause;
        },
      );
      if (!isTaken) break;
      const owner = await ownerOf(lock);
      if (owner !== undefined && !isOwnerAlive(owner, self) && attempt < attempts) await breakLock(lock, owner);
      else if (owner !== undefined || attempt >= attempts) {
        const whose = owner === undefined ? '' : ` by process ${owner.pid} on ${owner.hostname}`;
        refuse(
          'journal',
          `The journal is in use${whose}. Wait for it to end, or use another file; if nobody uses it, remove its .lock file.`,
        );
      }
    }
  } finally {
    await unlink(own).catch(() => {});
  }
  return async () => {
    if ((await readFile(lock, 'utf8').catch(() => '')) === text) await unlink(lock).catch(() => {});
  };
}
