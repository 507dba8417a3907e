import type { Observable } from 'rxjs';
import type { CloseReceipt, ProcessExit } from '../ports/child-process.ts';
import type { TreeUsage } from '../process/tree-usage.ts';
import type { ControlCancelRequest, ControlRequest, ControlResponse } from '../wire/control.ts';
import type { Message } from '../wire/messages.ts';

/** The lives of a transport. */
export type TransportState = 'idle' | 'starting' | 'open' | 'closing' | 'closed' | 'failed';

/** What a diagnostic is about. */
export type DiagnosticCode =
  /** A line on stdout that is no frame, such as a log line. */
  | 'NOISE_LINE'
  /** A line longer than `maxLineBytes` was dropped. */
  | 'LINE_TOO_LONG'
  /** A line opens like an object and does not parse. */
  | 'INVALID_JSON'
  /** Bytes that are no UTF-8 were replaced by U+FFFD. */
  | 'INVALID_UTF8'
  /** A frame of a type or shape that this version does not know; it is delivered as `unknown`. */
  | 'UNKNOWN_FRAME'
  /** A control frame that cannot be answered or matched. */
  | 'INVALID_FRAME'
  /** The tree uses more memory than the soft limit. */
  | 'SOFT_LIMIT'
  /** The CLI is newer than the versions that this package was tested with. */
  | 'CLI_UNTESTED'
  /** This host has a limit on address space, which its children inherit and break at. */
  | 'INHERITED_LIMIT'
  /** The last line had no LF and does not parse. */
  | 'STREAM_TRUNCATED'
  /** A permission callback was given, but other options let tools run without asking it. */
  | 'CALLBACK_SHADOWED'
  /** A handler of the caller's threw or answered with something that cannot be sent. */
  | 'HANDLER_FAILED'
  /** An answer came for a request that nobody waits for any more. */
  | 'LATE_ANSWER'
  /** A result that belongs to no turn of the caller's. */
  | 'STRAY_RESULT'
  /** A slow reader with `onOverflow: 'drop-oldest'` missed messages. */
  | 'GAP';

/** Something worth knowing that did not end anything. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  /** One sentence. */
  readonly message: string;
  /** The first characters of the line. */
  readonly head?: string;
  /** Size of the line, in bytes. */
  readonly bytes?: number;
  /** How many messages were dropped. */
  readonly dropped?: number;
  /** What led to it. */
  readonly cause?: unknown;
  /** What validation found, one sentence each. */
  readonly issues?: readonly string[];
  /** The frame as it came. */
  readonly raw?: unknown;
}

/** A subprocess that speaks one JSON object a line, as streams. */
export interface Transport extends AsyncDisposable {
  /** Process id, once started. */
  readonly pid: number | undefined;
  readonly state: TransportState;
  /** Whether the state is `open` and the process lives. */
  readonly isConnected: boolean;
  /** What `messages$` ended with, once the state is `failed`; undefined before. */
  readonly failure: unknown;
  /** The current state, then each change. Completes after `closed` or `failed`; never errors. */
  readonly state$: Observable<TransportState>;
  /** Every message but control frames. Held for the first subscriber. The one stream that errors: once, with the cause of the failure. */
  readonly messages$: Observable<Message>;
  /** What the CLI asks. Hot, nothing is held; completes with `messages$`. */
  readonly controlRequests$: Observable<ControlRequest>;
  /** What the CLI answers. Hot, nothing is held; completes with `messages$`. */
  readonly controlResponses$: Observable<ControlResponse>;
  /** Questions that the CLI takes back. Hot, nothing is held; completes with `messages$`. */
  readonly controlCancels$: Observable<ControlCancelRequest>;
  /** Lines of stderr; the last `stderrTailLines` are replayed. Never errors. */
  readonly stderr$: Observable<string>;
  /** What was odd but harmless; the last 100 are replayed. Never errors. */
  readonly diagnostics$: Observable<Diagnostic>;
  /** Adds one to `diagnostics$`: what the layers above notice, and the transport cannot. */
  report(diagnostic: Diagnostic): void;
  /** How many diagnostics of each kind there were. */
  readonly diagnosticCounts: Readonly<Partial<Record<DiagnosticCode, number>>>;
  /** How the process ended, once everything that it said was delivered; replayed. Never errors. */
  readonly exit$: Observable<ProcessExit>;
  /** Why nothing can be written any more although the process lives: it has closed its input. Replayed. Never errors. */
  readonly inputFailure$: Observable<unknown>;
  /** The last lines of stderr; a first line says so when older ones were dropped. */
  readonly stderrTail: readonly string[];
  /**
   * Starts the process. Resolves when the operating system has started it.
   * @throws ConfigError, LaunchError, ClosedError (`ALREADY_CONNECTED`, `CLOSED`), or the signal's reason
   */
  connect(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Writes one frame; a string becomes a user's line. Resolves when it was handed to the operating system.
   * @throws ProtocolError `INVALID_OUTGOING` for what would end the CLI; ClosedError; the error that ended the process
   */
  send(frame: object | string): Promise<void>;
  /**
   * Writes one frame like `send`, without a receipt: a request has its answer for one, and a promise for each write costs more than the write. What breaks
   * the input later comes from `inputFailure$`.
   * @throws what `send` rejects with
   */
  post(frame: object | string): void;
  /**
   * Messages for a reader that pulls, with a bound on what waits for it: what is buffered plus one chunk. While a reader with `pause` is full, stdout is not
   * read, except while a control request waits for its answer. Ends with `messages$`, with the same failure. Leaving the loop ends interest, not the process.
   */
  read(options?: ReadOptions): AsyncIterableIterator<Message>;
  /** Ends stdin after everything that was sent. Idempotent. */
  endInput(): Promise<void>;
  /**
   * What the whole tree uses, every `everyMs` milliseconds (1000) while somebody listens. Completes when the process ends. Shared pages count for each
   * process. Empty on Windows and for a process that another machine runs; errors with `NOT_CONNECTED` before the start.
   */
  usage(options?: { readonly everyMs?: number }): Observable<TreeUsage>;
  /**
   * Ends the process and its tree: EOF, TERM, KILL, each bounded by `shutdown`. Idempotent, bounded, and never rejects because of the process.
   * `from: 'term'` skips the wait for an orderly end. An abort skips what is left of the current wait.
   */
  close(options?: CloseOptions): Promise<CloseReceipt>;
}

/** Options of {@link Transport.close}. */
export interface CloseOptions {
  /** Goes on to the next rungs at once when aborted. */
  readonly signal?: AbortSignal;
  /** The first rung. @defaultValue 'eof' */
  readonly from?: 'eof' | 'term';
  /**
   * How long each rung before KILL may take, in milliseconds, instead of what `shutdown` says: the kernel needs its time to give back what a large process
   * has, and one that is going is no survivor. The first close decides.
   */
  readonly rungMs?: number;
}

/** Options of {@link Transport.read}. */
export interface ReadOptions {
  /** How much may wait for this reader, in bytes of the lines that were read. @defaultValue 65536 (64 KiB) */
  readonly highWaterMark?: number;
  /**
   * What happens when more waits: the process is not read, the oldest messages are dropped with a `GAP` diagnostic, or the reader gets `HELD_OVERFLOW`.
   * @defaultValue 'pause'
   */
  readonly onOverflow?: 'pause' | 'drop-oldest' | 'fail';
}
