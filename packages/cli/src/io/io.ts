import type { Spawner } from '@subwire/core';

/** Signals that ask the command to stop. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Where text goes. */
export interface Output {
  /** Whether a person reads it as it comes. */
  readonly isTerminal: boolean;
  /** Width in characters; 80 where it is unknown. */
  readonly columns: number;
  /** Height in lines; 24 where it is unknown. */
  readonly rows: number;
  /** Whether colours may be used: a terminal that has them, `NO_COLOR` and `FORCE_COLOR` considered. */
  readonly hasColors: boolean;
  /** Writes text. Never throws; after the reader has gone the text is dropped. */
  write(text: string): void;
  /** Resolves when the reader has taken enough of what was written that more may follow, or has gone. */
  drained(): Promise<void>;
  /** Fires when the reader has gone away, as `head` does. */
  readonly closed: AbortSignal;
}

/** Where text comes from. */
export interface Input {
  readonly isTerminal: boolean;
  /** Everything up to the end of the input, as UTF-8 without a byte order mark. */
  readAll(): Promise<string>;
  /** The same as it comes. Reading stops when the loop is left. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** Lines at the bottom of a terminal that are redrawn. */
export interface LiveArea extends Disposable {
  /** Replaces what is there. */
  show(text: string): void;
  /** Prints something above it. */
  above(print: () => void): void;
  /** Takes it away. Later calls of `show` bring it back. */
  clear(): void;
}

/** One of the answers that {@link Io.choose} offers. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  /** One or two words beside the label. */
  readonly hint?: string;
}

/** A question with fixed answers. */
export interface Question {
  readonly message: string;
  readonly choices: readonly Choice[];
  /** Takes the question back. */
  readonly signal?: AbortSignal;
}

/** What came of waiting for a line. */
export type TypedLine = { readonly line: string } | 'interrupted' | 'ended';

/** Lines that a person types, with history and editing where the input is a terminal. */
export interface LineReader extends Disposable {
  /**
   * The next line. `interrupted`: Ctrl-C on an empty line. `ended`: the input is over, or the signal has fired.
   * @param prompt is shown in a terminal only
   */
  next(prompt: string, signal?: AbortSignal): Promise<TypedLine>;
  /** Prints something above a line that is being edited. */
  above(print: () => void): void;
  /** Lines that can be brought back, oldest first. */
  readonly history: readonly string[];
}

/** Options of {@link Io.openLines}. */
export interface LineReaderOptions {
  /** Lines that the up arrow brings back, oldest first. @defaultValue none */
  readonly history?: readonly string[];
  /** Gets each line that comes while nobody waits for one. Returns whether that was the end of it; otherwise the line waits for the next call. */
  readonly onEarlyLine?: (line: string) => boolean;
}

/** A program that takes over our stdin, stdout and stderr. */
export interface Program {
  readonly command: readonly [file: string, ...args: string[]];
  readonly env?: Readonly<Record<string, string>>;
}

/** What a program printed. */
export interface Captured {
  /** Undefined when it did not end in time, or by a signal. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** What we run on. */
export interface Runtime {
  /** As `20.19.0`. */
  readonly nodeVersion: string;
  readonly platform: NodeJS.Platform;
  readonly architecture: string;
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
  readonly processors: number;
  /** How many files one process may have open; undefined where it is unknown or unlimited. */
  readonly openFiles: number | undefined;
}

/** What a process and everything below it use. */
export interface TreeMeasure {
  readonly residentBytes: number;
  /** In percent of one core, since the measurement before. */
  readonly cpuPercent: number;
  /** How many processes there are. */
  readonly processes: number;
}

/** All that a command knows of the world outside, so that a test can give it another one. */
export interface Io {
  /** The words after `subwire`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Calls the handler for every signal that asks to stop, instead of ending. Dispose to end on them again. */
  onStop(handler: (signal: StopSignal) => void): Disposable;
  /** Makes sessions that are opened from now on tell every line that they send and receive on stderr. */
  enableDebug(): void;
  /** What we run on. */
  readonly runtime: Runtime;
  /** Runs a program to its end, or to its deadline, without input. */
  capture(program: Program, timeoutMs: number): Promise<Captured>;
  /** Whether there is such a process of ours. */
  isAlive(pid: number): boolean;
  /** Measures process trees by the pids of their roots. Those that have ended are left out. */
  measureTrees(roots: readonly number[]): Promise<ReadonlyMap<number, TreeMeasure>>;
  /** Whether somebody can be asked: input and stderr are terminals. */
  readonly canAsk: boolean;
  /** Asks a person. Undefined when the question was broken off. */
  choose(question: Question): Promise<string | undefined>;
  /** Lines that are redrawn in place, on an output that is a terminal. Dispose to leave them as they are. */
  openLive(output: 'stdout' | 'stderr'): Promise<LiveArea>;
  /** Calls the handler for each key, where the input is a terminal. Ctrl-C is such a key then, and no signal. */
  onKey(handler: (key: string) => void): Disposable;
  /** Reads lines. Only one reader may be open. */
  openLines(options: LineReaderOptions): Promise<LineReader>;
  /** Runs a program on our own stdin, stdout and stderr; resolves with its exit code, 128 + n for a signal. */
  runInPlace(program: Program): Promise<number>;
  /** The same with every byte going through us, so that a wrapped spawner can listen. */
  runThrough(program: Program, wrap: (spawner: Spawner) => Spawner): Promise<number>;
}
