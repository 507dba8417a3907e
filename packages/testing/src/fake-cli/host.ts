import type { JsonObject } from '../scenario/json.ts';

/** What a tool printed, and how it ended. */
export interface ToolOutcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/**
 * Everything that the fake CLI needs of the world. A real process has one made of `process`; a mock process has one in memory, so that the same
 * behaviour is played in both. Delays go through `after` only, which keeps it playable in virtual time.
 */
export interface Host {
  /** Whether there is an operating system behind it. */
  readonly real: boolean;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly pid: number;
  /** The variables that the real CLI reads too. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Prints one frame as a line. */
  write(frame: JsonObject): void;
  /** Prints bytes as they are. */
  writeRaw(bytes: Uint8Array): void;
  /** Prints one line on stderr. */
  complain(line: string): void;
  /** Prints very much, blocking until the reader has taken it; then calls back. */
  flood(pipe: 'stdout' | 'stderr', bytes: Uint8Array, done: () => void): void;
  /** Ends the process once everything printed has left it. */
  exit(code: number): void;
  /** Ends the process by a signal, at once. */
  die(signal: NodeJS.Signals): void;
  close(pipe: 'stdin' | 'stdout' | 'stderr'): void;
  /** Calls back after so many milliseconds; returns how to call it off. */
  after(ms: number, run: () => void): () => void;
  nowMs(): number;
  uuid(): string;
  /** Runs a shell command in a session of its own, as the real CLI does; returns how to end it. */
  runCommand(command: string, done: (outcome: ToolOutcome) => void): () => void;
}
