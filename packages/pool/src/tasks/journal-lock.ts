import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { PoolError } from '../policy/pool-error.ts';

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

interface Held {
  readonly text: string;
  /** Undefined: nobody can say whose it is. */
  readonly owner: LockOwner | undefined;
}

async function readLock(file: string): Promise<Held | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const owner = JSON.parse(text) as Partial<LockOwner>;
    const isWhole = typeof owner.pid === 'number' && typeof owner.hostname === 'string';
    return { text, owner: isWhole ? (owner as LockOwner) : undefined };
  } catch {
    return { text, owner: undefined };
  }
}

/** Links the file to this name, unless something has it. */
async function claim(own: string, name: string): Promise<boolean> {
  try {
    await link(own, name);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
}

/**
 * Removes the lock of a dead owner. Only one may do so at a time: two that judged the same lock could otherwise remove one after the other, the second of them
 * that of the first one's successor.
 */
async function breakLock(lock: string, dead: string, own: string, self: LockOwner): Promise<void> {
  const breaking = `${lock}.break`;
  if (!(await claim(own, breaking))) {
    const other = await readLock(breaking);
    if (other !== undefined && (other.owner === undefined || !isOwnerAlive(other.owner, self))) await unlink(breaking).catch(() => {});
    await setTimeout(retryMs);
    return;
  }
  try {
    if ((await readLock(lock))?.text === dead) await unlink(lock);
  } finally {
    await unlink(breaking).catch(() => {});
  }
}

const attempts = 100;
const retryMs = 10;

/**
 * Takes the lock of a journal: a file beside it that names its owner. Returns what gives it back.
 * @throws PoolError `JOURNAL_LOCKED` when another living program holds it
 */
export async function lockJournal(journal: string): Promise<() => Promise<void>> {
  const lock = `${journal}.lock`;
  const self = thisOwner();
  const text = JSON.stringify({ ...self, token: randomBytes(8).toString('hex') });
  const own = `${lock}.${randomBytes(6).toString('hex')}`;
  // Written first and linked then: a lock is never seen half written.
  await writeFile(own, text, { mode: 0o600, flag: 'wx' });
  try {
    for (let attempt = 1; !(await claim(own, lock)); attempt += 1) {
      const held = await readLock(lock);
      if (held === undefined) continue;
      const { owner, text: dead } = held;
      if (owner === undefined || isOwnerAlive(owner, self) || attempt >= attempts) {
        const whose = owner === undefined ? '' : ` by process ${owner.pid} on ${owner.hostname}`;
        throw new PoolError({
          code: 'JOURNAL_LOCKED',
          message: `The journal is in use${whose}. Wait for it to end, or use another file; if nobody uses it, remove its .lock file.`,
        });
      }
      await breakLock(lock, dead, own, self);
    }
  } finally {
    await unlink(own).catch(() => {});
  }
  return async () => {
    if ((await readFile(lock, 'utf8').catch(() => '')) === text) await unlink(lock).catch(() => {});
  };
}
