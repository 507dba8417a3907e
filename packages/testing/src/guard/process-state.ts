import { readFileSync, readdirSync } from 'node:fs';

/** A process beyond doubt: a pid alone may have been handed to somebody else by the time that one looks. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot, as `/proc/<pid>/stat` prints it (field 22). */
  readonly startTime: string;
}

/** What `/proc` says about one process. */
export interface ProcessState extends ProcessIdentity {
  /** Process id of the parent; 1 or a subreaper once the real parent has died. */
  readonly parent: number;
  readonly processGroup: number;
  readonly session: number;
  /** The kernel's letter: R running, S sleeping, D waiting for a disk, T stopped, Z zombie, X dead. */
  readonly state: string;
  /** The executable's short name, at most 15 bytes. */
  readonly name: string;
  /** The command line with its arguments, or the short name in brackets for a process that has none (a zombie, a kernel thread). */
  readonly commandLine: string;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // gone between two looks, or not ours to read: both mean "nothing to say about it"
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/**
 * Takes one line of `/proc/<pid>/stat` apart. The name stands in parentheses and may itself hold spaces and parentheses, so fields are counted
 * from the last closing one. Returns undefined for text that is no such line.
 */
export function parseStat(text: string): Omit<ProcessState, 'commandLine'> | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const [state, parent, processGroup, session] = text.slice(close + 2).split(' ', 4);
  const startTime = text.slice(close + 2).split(' ')[19];
  const pid = Number.parseInt(text, 10);
  if (state === undefined || session === undefined || startTime === undefined || Number.isNaN(pid)) return undefined;
  return {
    pid,
    startTime: startTime.trim(),
    parent: Number(parent),
    processGroup: Number(processGroup),
    session: Number(session),
    state,
    name: text.slice(open + 1, close),
  };
}

/** Reads one process, or undefined when there is none with this pid. */
export function readProcess(pid: number): ProcessState | undefined {
  const stat = parseStat(read(`/proc/${pid}/stat`) ?? '');
  if (stat === undefined) return undefined;
  const commandLine = (read(`/proc/${pid}/cmdline`) ?? '').split('\0').filter((word) => word !== '');
  return { ...stat, commandLine: commandLine.length > 0 ? commandLine.join(' ') : `[${stat.name}]` };
}

/** The identity behind a pid at this moment, or undefined when no process has it. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const stat = parseStat(read(`/proc/${pid}/stat`) ?? '');
  return stat === undefined ? undefined : { pid: stat.pid, startTime: stat.startTime };
}

function threadRuns(pid: number): boolean {
  return list(`/proc/${pid}/task`).some((thread) => {
    const state = parseStat(read(`/proc/${pid}/task/${thread}/stat`) ?? '')?.state;
    return state !== undefined && state !== 'Z' && state !== 'X';
  });
}

/**
 * Whether a process still runs. A zombie does not: it holds nothing but its exit code, although signal 0 reaches it. (A program whose first thread has
 * ended shows as a zombie while its other threads work on; that one is alive.) Given an identity, a newer process with the same pid does not count.
 */
export function isAlive(target: number | ProcessIdentity): boolean {
  const pid = typeof target === 'number' ? target : target.pid;
  const stat = parseStat(read(`/proc/${pid}/stat`) ?? '');
  if (stat === undefined) return false;
  if (typeof target !== 'number' && stat.startTime !== target.startTime) return false;
  if (stat.state === 'X') return false;
  return stat.state !== 'Z' || threadRuns(pid);
}

/** Every pid of this host that can be seen. */
export function listPids(): readonly number[] {
  return list('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

/** The environment that a process was started with, as `NAME=value` lines; empty when it is not ours to read. */
export function readEnvironment(pid: number): readonly string[] {
  return (read(`/proc/${pid}/environ`) ?? '').split('\0').filter((line) => line !== '');
}

/** The children that a process has right now, zombies included. */
export function childrenOf(pid: number): readonly number[] {
  return list(`/proc/${pid}/task`).flatMap((thread) => {
    const text = read(`/proc/${pid}/task/${thread}/children`);
    return text === undefined
      ? []
      : text
          .split(' ')
          .filter((word) => word.trim() !== '')
          .map(Number);
  });
}

/** One line about a process, for people: pid, state and command line. */
export function describeProcess(state: ProcessState): string {
  const commandLine = state.commandLine.length > 200 ? `${state.commandLine.slice(0, 200)}…` : state.commandLine;
  return `pid ${state.pid} (${state.state}, parent ${state.parent}, session ${state.session}): ${commandLine}`;
}
