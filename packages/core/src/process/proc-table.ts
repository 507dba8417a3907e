import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { attempt } from './attempt.ts';
import { treeVariable } from './marker.ts';
import type { ProcessEntry, ProcessIdentity, ProcessTable } from './process-table.ts';

// USER_HZ is 100 on every architecture that Node runs on.
const msPerTick = 10;
// Sync reads are several times cheaper than promises here, but a machine with thousands of processes must not block the event loop.
const readsPerTurn = 128;
// One line of numbers and a name of at most 64 bytes.
const statBuffer = Buffer.alloc(1024);

/** A file of `/proc`, or undefined when its process has gone between two looks, or is not ours to read. */
function readText(path: string): string | undefined {
  return attempt(() => readFileSync(path, 'latin1'));
}

/** The same for a short file, in a third of the time: a table is hundreds of them. */
function readStat(pid: number): string | undefined {
  return attempt(() => {
    const file = openSync(`/proc/${pid}/stat`, 'r');
    try {
      return statBuffer.toString('latin1', 0, readSync(file, statBuffer, 0, statBuffer.length, 0));
    } finally {
      closeSync(file);
    }
  });
}

/** The markers that a process was started with. */
function readMarkers(pid: number): string {
  const variable = readText(`/proc/${pid}/environ`)
    ?.split('\0')
    .find((line) => line.startsWith(`${treeVariable}=`));
  return variable?.slice(treeVariable.length + 1) ?? '';
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
    const text = readStat(pid);
    return text === undefined ? undefined : parseProcStat(pid, text, pageBytes);
  };
  // Environments are as they were at the start of a program, and reading one costs more than everything else here. A program that is started with a
  // clean one by a member is still the process that was a member.
  const markers = new Map<number, { readonly startTime: string; readonly text: string }>();
  const markersOf = ({ pid, startTime }: ProcessIdentity): string => {
    const found = markers.get(pid);
    if (found?.startTime === startTime) return found.text;
    const text = readMarkers(pid);
    markers.set(pid, { startTime, text });
    return text;
  };
  const forget = (pids: readonly number[]): void => {
    if (markers.size <= pids.length * 2) return;
    const living = new Set(pids);
    for (const pid of markers.keys()) if (!living.has(pid)) markers.delete(pid);
  };

  const listPids = (): readonly number[] => readdirSync('/proc').map(Number).filter(Number.isInteger);

  return {
    isCheap: true,
    read,
    readAllNow: () => listPids().flatMap((pid) => read(pid) ?? []),
    async readAll() {
      const pids = listPids();
      forget(pids);
      const entries: ProcessEntry[] = [];
      for (const [index, pid] of pids.entries()) {
        if (index % readsPerTurn === readsPerTurn - 1) await new Promise((resolve) => setImmediate(resolve));
        const entry = read(pid);
        if (entry !== undefined) entries.push(entry);
      }
      return entries;
    },
    carries: (identity, marker) => markersOf(identity).includes(marker),
  };
}
