import { readdirSync, readlinkSync } from 'node:fs';
import { Observable } from 'rxjs';
import { attempt } from './attempt.ts';
import { hostProcessTable, type ProcessEntry, type ProcessTable } from './process-table.ts';
import type { ProcessTree } from './process-tree.ts';

/** What a whole tree of processes uses at one moment. */
export interface TreeUsage {
  /** Resident memory of all processes together, in bytes. Pages that they share count for each. */
  readonly residentBytes: number;
  /** Processor use since the sample before, in percent of one core; 0 in the first one. */
  readonly cpuPercent: number;
  readonly threads: number;
  /** Open descriptors. 0 where the platform does not tell them without a program for each process, and in samples that only limits are checked with. */
  readonly openFiles: number;
  /** Those of them that are sockets; the three pipes that Node gives a child are among them. */
  readonly sockets: number;
  /** Pids, the root among them. */
  readonly processes: readonly number[];
  /** When it was taken, in milliseconds on the clock of `performance.now()`. */
  readonly atMs: number;
}

/** How a tree is watched. */
export interface WatchOptions {
  readonly everyMs: number;
  /** Whether descriptors are counted. They cost more than all the rest. */
  readonly withFiles: boolean;
}

function countFiles(pid: number): { readonly files: number; readonly sockets: number } {
  const names = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
  const targets = names.map((name) => attempt(() => readlinkSync(`/proc/${pid}/fd/${name}`)) ?? '');
  return { files: names.length, sockets: targets.filter((target) => target.startsWith('socket:')).length };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Turns the members of a tree into one sample after the other. */
export function createMeter(withFiles: boolean): (members: readonly ProcessEntry[], atMs: number) => TreeUsage {
  let before = new Map<string, number>();
  let beforeMs: number | undefined;
  return (members, atMs) => {
    // Per process, so that one which has ended does not take its time out of the sum; what a new one has used counts in full.
    const keys = members.map((member) => [`${member.pid}@${member.startTime}`, member.cpuMs] as const);
    const usedMs = sum(keys.map(([key, cpuMs]) => cpuMs - (before.get(key) ?? 0)));
    const cpuPercent = beforeMs === undefined || atMs <= beforeMs ? 0 : (usedMs / (atMs - beforeMs)) * 100;
    before = new Map(keys);
    beforeMs = atMs;
    const files = withFiles ? members.map((member) => countFiles(member.pid)) : [];
    return {
      residentBytes: sum(members.map((member) => member.residentBytes)),
      cpuPercent,
      threads: sum(members.map((member) => member.threads)),
      openFiles: sum(files.map((entry) => entry.files)),
      sockets: sum(files.map((entry) => entry.sockets)),
      processes: members.map((member) => member.pid),
      atMs,
    };
  };
}

interface Watcher {
  readonly everyMs: number;
  dueMs: number;
  take(entries: readonly ProcessEntry[], atMs: number): void;
}

/** Looks at the process table for everybody who watches a tree. */
export interface Sampler {
  watch(tree: ProcessTree, options: WatchOptions): Observable<TreeUsage>;
}

/** A sampler over a table. One look serves all trees that are due. */
export function createSampler(table: ProcessTable): Sampler {
  const watchers = new Set<Watcher>();
  let timer: NodeJS.Timeout | undefined;
  let looking = false;

  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      const entries = await table.readAll();
      const atMs = performance.now();
      for (const watcher of [...watchers].filter((one) => one.dueMs <= atMs + 1)) {
        // From now, not from when it was due: after a long pause of the event loop one sample is taken, not all that were missed.
        watcher.dueMs = atMs + watcher.everyMs;
        watcher.take(entries, atMs);
      }
    } finally {
      looking = false;
      arm();
    }
  }

  function arm(): void {
    clearTimeout(timer);
    if (watchers.size === 0) return;
    const next = Math.min(...[...watchers].map((one) => one.dueMs));
    timer = setTimeout(() => void look(), Math.max(0, next - performance.now()));
    timer.unref();
  }

  return {
    watch: (tree, { everyMs, withFiles }) =>
      new Observable<TreeUsage>((subscriber) => {
        const meter = createMeter(withFiles);
        const watcher: Watcher = {
          everyMs,
          dueMs: performance.now(),
          take(entries, atMs) {
            subscriber.next(meter(tree.membersIn(entries), atMs));
          },
        };
        watchers.add(watcher);
        arm();
        return () => {
          watchers.delete(watcher);
          arm();
        };
      }),
  };
}

let shared: Sampler | undefined;

/** The one sampler of this host, or undefined on Windows, which has no table that could be read without a program of its own. */
export function hostSampler(): Sampler | undefined {
  const table = hostProcessTable();
  if (table === undefined) return undefined;
  shared ??= createSampler(table);
  return shared;
}
