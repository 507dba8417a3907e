import type { ProcessEntry, ProcessTable } from '../../../src/process/process-table.ts';

/** A process that does not exist. */
export interface MemoryProcess extends Partial<ProcessEntry> {
  readonly pid: number;
  /** What its environment holds. @defaultValue nothing */
  readonly environment?: string;
}

/** A machine with these processes alone. */
export interface MemoryTable extends ProcessTable {
  readonly looks: number;
  /** The processes that there are from now on. */
  set(processes: readonly MemoryProcess[]): void;
}

const entryOf = ({ environment: _, ...process }: MemoryProcess): ProcessEntry => ({
  startTime: '7',
  parent: 1,
  group: process.pid,
  session: process.pid,
  threads: 1,
  residentBytes: 1000,
  cpuMs: 0,
  ...process,
});

/** A process table of a machine that does not exist. */
export function memoryTable(processes: readonly MemoryProcess[], { isCheap = true }: { readonly isCheap?: boolean } = {}): MemoryTable {
  let list = processes;
  let looks = 0;
  const readAllNow = (): readonly ProcessEntry[] => {
    looks += 1;
    return list.map(entryOf);
  };
  return {
    isCheap,
    get looks() {
      return looks;
    },
    set(next) {
      list = next;
    },
    readAll: async () => readAllNow(),
    readAllNow,
    read: (pid) => list.filter((process) => process.pid === pid).map(entryOf)[0],
    carries: ({ pid }, marker) => list.find((process) => process.pid === pid)?.environment?.includes(marker) ?? false,
  };
}
