import { appendFileSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';

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

function takeFile(name: string): boolean {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(name, String(process.pid), { flag: 'wx' });
      return true;
    } catch {
      if (!abandoned(name)) return false;
      removeFile(name);
    }
  }
  return false;
}

/** Whether the process that holds a place is dead. */
function abandoned(name: string): boolean {
  try {
    const pid = Number(readFileSync(name, 'utf8'));
    if (pid <= 0) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function removeFile(name: string): void {
  try {
    unlinkSync(name);
  } catch {
    // Another process removed it first.
  }
}
