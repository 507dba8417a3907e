import { redactText } from './redact.ts';
import { SubwireError, type SubwireErrorOptions } from './subwire-error.ts';

/** Fields of {@link ExitError} besides those of every error. */
export interface ExitErrorFields {
  /** The exit code, or null when a signal ended the process. */
  readonly exitCode: number | null;
  /** The signal that ended the process, or null. */
  readonly signal: NodeJS.Signals | null;
  /** The last lines that the process wrote to stderr, oldest first. */
  readonly stderrTail: readonly string[];
  /** What the process was doing when it ended. */
  readonly phase: 'starting' | 'initializing' | 'idle' | 'running' | 'closing';
  /** Process id. */
  readonly pid?: number | undefined;
  /** The conversation that was open, for a later resume. */
  readonly sessionId?: string | undefined;
}

/** The process ended although nobody asked it to. */
export class ExitError extends SubwireError {
  declare readonly code: 'EXIT_NONZERO' | 'EXIT_SIGNAL' | 'EXIT_EARLY';
  declare readonly exitCode: number | null;
  declare readonly signal: NodeJS.Signals | null;
  declare readonly stderrTail: readonly string[];
  declare readonly phase: 'starting' | 'initializing' | 'idle' | 'running' | 'closing';
  declare readonly pid: number | undefined;
  declare readonly sessionId: string | undefined;

  constructor(options: SubwireErrorOptions<'EXIT_NONZERO' | 'EXIT_SIGNAL' | 'EXIT_EARLY'> & ExitErrorFields) {
    super(options);
    this.exitCode = options.exitCode;
    this.signal = options.signal;
    this.stderrTail = options.stderrTail.map(redactText);
    this.phase = options.phase;
    this.pid = options.pid;
    this.sessionId = options.sessionId;
  }
}
