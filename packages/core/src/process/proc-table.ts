import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessEntry, ProcessTable } from './process-table.ts';

// USER_HZ is 100 on every architecture that Node runs on.
const msPerTick = 10;
// Sync reads are several times cheaper than promises here, but a machine with thousands of processes must not block the event loop.
const readsPerTurn = 128;

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // Gone between two looks, or not ours to read.
    return undefined;
  }
}

/**
 * Parses `/proc/<pid>/stat`. The command name may hold spaces and parentheses, so the fields are counted from the last one. A program whose first
 * thread has ended shows as a zombie while the others work on: that one is alive.
 */
export function parseProcStat(pid: number, text: string, pageBytes: number): ProcessEntry | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group, session] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) return undefined;
  const threads = Number(fields[17]);
  if (state === 'X' || (state === 'Z' && threads <= 1)) return undefined;
  return {
    pid,
    startTime,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    threads,
    residentBytes: Number(fields[21]) * pageBytes,
    cpuMs: (Number(fields[11]) + Number(fields[12])) * msPerTick,
  };
}

/** The page size is not 4096 everywhere: Node knows the bytes, `/proc` the pages, and the next power of two to their quotient is the answer. */
function findPageBytes(): number {
  const pages = Number(readText('/proc/self/statm')?.split(' ')[1]);
  const guess = process.memoryUsage.rss() / pages;
  return Number.isFinite(guess) && guess > 0 ? 2 ** Math.round(Math.log2(guess)) : 4096;
}

/** The process table of Linux, read from `/proc`. */
export function createProcTable(): ProcessTable {
  const pageBytes = findPageBytes();
  const read = (pid: number): ProcessEntry | undefined => {
    const text = readText(`/proc/${pid}/stat`);
    return text === undefined ? undefined : parseProcStat(pid, text, pageBytes);
  };

  return {
    read,
    async readAll() {
      const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
      const entries: ProcessEntry[] = [];
      for (const [index, pid] of pids.entries()) {
        if (index % readsPerTurn === readsPerTurn - 1) await new Promise((resolve) => setImmediate(resolve));
        const entry = read(pid);
        if (entry !== undefined) entries.push(entry);
      }
      return entries;
    },
    carries: (pid, marker) => readText(`/proc/${pid}/environ`)?.includes(marker) ?? false,
  };
}
