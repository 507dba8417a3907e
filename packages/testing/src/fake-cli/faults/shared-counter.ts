import { appendFileSync, linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';

/** Counts in a file that several processes share: appends one byte and gives the number that were there before. Appending is atomic. */
export function countIn(file: string): number {
  appendFileSync(file, '.');
  return readFileSync(file).length - 1;
}

/**
 * Takes one of `limit` places that several processes share, each a file beside `file`; undefined when all are taken by processes that live. What was
 * tried, when and with what success is appended to `file`, one JSON line each.
 */
export function claimPlace(file: string, limit: number, nowMs: number): (() => void) | undefined {
  for (let place = 0; place < limit; place += 1) {
    const name = `${file}.place-${place}`;
    if (!takeFile(name)) continue;
    appendFileSync(file, `${JSON.stringify({ pid: process.pid, atMs: nowMs, place })}\n`);
    return () => removeFile(name);
  }
  appendFileSync(file, `${JSON.stringify({ pid: process.pid, atMs: nowMs, place: null })}\n`);
  return undefined;
}

/** A place appears with its holder's pid in it, or not at all: a holder that is killed in between must not block it for ever. */
function takeFile(name: string): boolean {
  const own = `${name}.by-${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      try {
        linkSync(own, name);
        return true;
      } catch {
        if (!clearAbandoned(name)) return false;
      }
    }
    return false;
  } finally {
    removeFile(own);
  }
}

function holderOf(name: string): number {
  return Number(readFileSync(name, 'utf8'));
}

function isDead(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Frees the place of a dead holder; returns whether it may be free. Only one of several that try gets the file, and gives it back if it is a new holder's. */
function clearAbandoned(name: string): boolean {
  const grave = `${name}.was-${process.pid}`;
  try {
    if (!isDead(holderOf(name))) return false;
    renameSync(name, grave);
    if (!isDead(holderOf(grave))) linkSync(grave, name);
  } catch {
    // Another process cleared it first.
  }
  removeFile(grave);
  return true;
}

function removeFile(name: string): void {
  try {
    unlinkSync(name);
  } catch {
    // Another process removed it first.
  }
}
