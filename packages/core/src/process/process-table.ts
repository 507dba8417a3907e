import { createProcTable } from './proc-table.ts';
import { createPsTable } from './ps-table.ts';

/** A process that cannot be mistaken for a later one with the same number: numbers are reused, start times are not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in a unit that only this machine knows: clock ticks since boot on Linux, seconds elsewhere. */
  readonly startTime: string;
}

/** One row of the process table. */
export interface ProcessEntry extends ProcessIdentity {
  readonly parent: number;
  /** Process group. */
  readonly group: number;
  /** Session; 0 where the platform does not tell it. */
  readonly session: number;
  readonly threads: number;
  readonly residentBytes: number;
  /** Processor time used so far, in milliseconds. */
  readonly cpuMs: number;
}

/** The processes of this machine, as far as one can see them. A zombie is none: it holds nothing but its exit code. */
export interface ProcessTable {
  /** Every living process. */
  readAll(): Promise<readonly ProcessEntry[]>;
  /** The same at once, for the moments in which nothing can be awaited. */
  readAllNow(): readonly ProcessEntry[];
  /** One living process, at once: what is checked before a signal must not be older than the signal. */
  read(pid: number): ProcessEntry | undefined;
  /** Whether a process was started with this marker in its environment. */
  carries(identity: ProcessIdentity, marker: string): boolean;
  /** Whether a single read costs next to nothing, rather than the start of a program. */
  readonly isCheap: boolean;
}

let chosen: ProcessTable | undefined;

/** The table of this machine: `/proc` on Linux, `ps` on other POSIX systems. Undefined on Windows, which has neither. */
export function hostProcessTable(platform: NodeJS.Platform = process.platform): ProcessTable | undefined {
  if (platform === 'win32') return undefined;
  chosen ??= platform === 'linux' ? createProcTable() : createPsTable();
  return chosen;
}

/** Whether this very process still lives. */
export function isAlive(table: ProcessTable, identity: ProcessIdentity): boolean {
  return table.read(identity.pid)?.startTime === identity.startTime;
}

/**
 * Sends a signal to this very process. Returns false when it is gone or may not be signalled. Nothing is awaited between the look and the signal, so
 * that the number cannot pass to somebody else in between.
 */
export function signalIdentity(table: ProcessTable, identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(table, identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch {
    return false;
  }
}
