import type { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/**
 * What the transport needs of a child process: a structural subset of Node's own `ChildProcess`, so that a real child and a test double both
 * satisfy it without a cast. Emits `spawn`, `error`, `exit` (code, signal) and `close`.
 */
export interface ChildProcessLike extends EventEmitter {
  readonly pid?: number | undefined;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  readonly exitCode: number | null;
  readonly signalCode: NodeJS.Signals | null;
  /** Sends a signal. Returns whether it could be sent; never throws for a process that has gone. */
  kill(signal?: NodeJS.Signals): boolean;
}

/** What is to be started. No shell reads any of it. */
export interface SpawnSpec {
  /** The executable: a path, or a base name that is looked up in the environment's `PATH`. */
  readonly file: string;
  /** Its arguments, passed on byte for byte. */
  readonly args: readonly string[];
  /** Working directory, absolute. */
  readonly cwd: string;
  /** The whole environment of the child; nothing is added to it. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether the child leads a session and process group of its own, so that one signal reaches the group. */
  readonly detached: boolean;
  /** A file to write stderr to, open for appending, instead of a pipe. Only with `stderrFile: true`; a spawner may ignore it. */
  readonly stderrFd?: number;
}

/** Starts a process. May throw, or return a child that emits `error`, as Node's own `spawn` does. */
export type Spawner = (spec: SpawnSpec) => ChildProcessLike;

/** How a process ended: by code, or by signal. Exactly one of the two is not null once it has ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The rungs of the closing ladder, gentlest first. */
export type CloseRung = 'interrupt' | 'eof' | 'term' | 'kill' | 'descendants';

/** What closing a process really did. */
export interface CloseReceipt {
  /** How the process itself ended. Both fields are null only when it never started. */
  readonly exit: ProcessExit;
  /** The rungs that were used, in order. */
  readonly rungs: readonly CloseRung[];
  /** Every process of the tree that a signal of ours ended. */
  readonly killed: readonly { readonly pid: number; readonly rung: string }[];
  /** Processes of the tree that still live. Not empty means that the close has failed. */
  readonly survivors: readonly number[];
  /** From the call to the receipt, in milliseconds. */
  readonly durationMs: number;
}
