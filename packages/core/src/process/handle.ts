import { EMPTY, merge, type Observable, ReplaySubject } from 'rxjs';
import { ClosedError } from '../errors/closed-error.ts';
import { LaunchError } from '../errors/launch-error.ts';
import type { ChildProcessLike, ProcessExit, Spawner, SpawnSpec } from '../ports/child-process.ts';
import { fromReadable } from '../streams/from-readable.ts';
import { createWriteQueue, type WriteQueue } from '../streams/write-queue.ts';
import { hostProcessTable, type ProcessIdentity } from './process-table.ts';
import type { StderrFile } from './stderr-file.ts';

/** A started process: its output as Observables of chunks, its input as a queue. */
export interface ProcessHandle {
  readonly pid: number | undefined;
  /** Undefined when the process is none of this host's children, as with a double or a remote process: its pid must not be signalled. */
  readonly identity: ProcessIdentity | undefined;
  /** Chunks of stdout. Cold: the one subscriber reads the pipe. */
  readonly stdout$: Observable<Buffer>;
  /** Chunks of stderr. Cold: the one subscriber reads the pipe. */
  readonly stderr$: Observable<Buffer>;
  /** How the process ended; replayed. */
  readonly exit$: Observable<ProcessExit>;
  readonly input: WriteQueue;
  /** Sends a signal to the process. Returns whether it could be sent. */
  kill(signal: NodeJS.Signals): boolean;
  /** Stops or resumes reading stdout. */
  setPaused(paused: boolean): void;
  /** Closes our ends of the pipes, so that a descendant that holds the other end cannot keep the host alive. */
  release(): Promise<void>;
}

/** Options of {@link startProcess}. */
export interface StartOptions {
  readonly stderrFile?: StderrFile | undefined;
  /** Called in the same breath as the start, when the process is a child of this host. */
  readonly onIdentity?: (identity: ProcessIdentity) => unknown;
}

function launchError(spec: SpawnSpec, error: Error): LaunchError {
  // Node puts all arguments on it, and whoever prints an error prints its cause.
  Reflect.deleteProperty(error, 'spawnargs');
  const errno = (error as NodeJS.ErrnoException).code;
  const code = errno === 'ENOENT' ? 'CLI_NOT_FOUND' : errno === 'EACCES' ? 'CLI_NOT_EXECUTABLE' : 'SPAWN_FAILED';
  return new LaunchError({
    code,
    command: spec.file,
    errno,
    cause: error,
    message: `${spec.file} could not be started: ${errno ?? error.message}. Check that the file exists, is executable, and that the machine has processes and memory left.`,
  });
}

function closedInput(cause: Error): ClosedError {
  const message = 'The process has closed its input and reads no more. Start another one.';
  return new ClosedError({ code: 'INPUT_ENDED', state: 'open', cause, message });
}

function started(child: ChildProcessLike, spec: SpawnSpec): Promise<void> {
  return new Promise((resolve, reject) => {
    const onSpawn = (): void => {
      child.off('error', onError);
      resolve();
    };
    const onError = (error: Error): void => {
      child.off('spawn', onSpawn);
      reject(launchError(spec, error));
    };
    child.once('spawn', onSpawn);
    child.once('error', onError);
  });
}

/**
 * The identity of a process that this host has just started, or undefined when the number names no child of ours: a double's pid is made up, and a
 * signal sent to it would hit a stranger. Read at once, before the event loop can reap a process that ended immediately.
 */
function identifyOwnChild(pid: number | undefined): ProcessIdentity | undefined {
  const found = pid === undefined ? undefined : hostProcessTable()?.read(pid);
  return found?.parent === process.pid ? { pid: found.pid, startTime: found.startTime } : undefined;
}

/**
 * Starts a process. Every listener is attached before the first write, on all four emitters: an `error` event that nobody hears ends the host.
 * @throws LaunchError when it could not be started
 */
export async function startProcess(
  spawner: Spawner,
  spec: SpawnSpec,
  { stderrFile, onIdentity }: StartOptions = {},
): Promise<ProcessHandle> {
  let child: ChildProcessLike;
  try {
    child = spawner(spec);
  } catch (error) {
    throw launchError(spec, error instanceof Error ? error : new Error(String(error)));
  }
  const identity = identifyOwnChild(child.pid);
  if (identity !== undefined) onIdentity?.(identity);
  // Stays for good: a kill that fails, or a pipe that breaks, is reported here at any later time.
  child.on('error', () => undefined);
  const exit$ = new ReplaySubject<ProcessExit>(1);
  child.once('exit', (code: number | null, signal: NodeJS.Signals | null) => {
    exit$.next({ code, signal });
    exit$.complete();
  });
  const { stdin, stdout, stderr } = child;
  const ready = started(child, spec);
  if (stdin === null || stdout === null || (stderr === null && stderrFile === undefined)) {
    ready.catch(() => undefined);
    child.kill('SIGKILL');
    throw new LaunchError({
      code: 'SPAWN_FAILED',
      command: spec.file,
      message: 'The spawner returned a process without stdin, stdout or stderr. Start it with three pipes.',
    });
  }
  const input = createWriteQueue(stdin, { explain: closedInput, causeWithinMs: 100 });
  const handle: ProcessHandle = {
    pid: child.pid,
    identity,
    stdout$: fromReadable(stdout),
    stderr$: merge(stderr === null ? EMPTY : fromReadable(stderr), stderrFile?.follow(exit$) ?? EMPTY),
    exit$: exit$.asObservable(),
    input,
    kill: (signal) => child.kill(signal),
    setPaused(paused) {
      if (paused) stdout.pause();
      else stdout.resume();
    },
    async release() {
      for (const stream of [stdin, stdout, stderr]) stream?.destroy();
      await stderrFile?.close();
    },
  };
  await ready;
  return handle;
}
