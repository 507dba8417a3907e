/** What every line of a transcript says. */
interface TranscriptStamp {
  /** Which of the file's runs it belongs to. */
  readonly run: string;
  /** Milliseconds since the process was started, to a tenth. */
  readonly t: number;
}

/** One line that was written to or by the recorded process. It has `json`, or `raw`, or is `cut`. */
export interface TranscriptData extends TranscriptStamp {
  readonly dir: 'stdin' | 'stdout' | 'stderr';
  /** The line, when parsing and printing it again gives the same bytes. */
  readonly json?: unknown;
  /** Any other line, without its line feed. */
  readonly raw?: string;
  /** The bytes of a line that is no UTF-8, in base64; `raw` then shows it as well as text can. */
  readonly base64?: string;
  /** The line was the last one and had no line feed. */
  readonly noLf?: true;
  /** The line was too long to keep: `head` and `tail` are its ends, and `type` is that of its message. */
  readonly cut?: true;
  readonly type?: string;
  readonly head?: string;
  readonly tail?: string;
  /** Parts of the line were replaced; `bytes` is the length that it had. */
  readonly edited?: true;
  /** The true length in bytes, without the line feed, of a line that is cut or edited. */
  readonly bytes?: number;
}

/** Something that happened besides: `spawn` (argv, cwd), `stdin-eof`, `kill` (signal), `stdout-end`, `stderr-end`, `exit` and `close` (code, signal), `error` (code), … */
export interface TranscriptMeta extends TranscriptStamp {
  readonly dir: 'meta';
  readonly event: string;
  readonly argv?: readonly string[];
  readonly cwd?: string;
  readonly code?: number | string | null;
  readonly signal?: string | null;
  readonly [field: string]: unknown;
}

/** One line of a transcript file. */
export type TranscriptLine = TranscriptData | TranscriptMeta;

/** Why a transcript cannot be read, or does not match what happens. */
export type TranscriptErrorCode = 'INVALID_TRANSCRIPT' | 'UNREPLAYABLE_LINE' | 'REPLAY_MISMATCH' | 'REPLAY_UNFINISHED';

/** What this package throws about transcripts. */
export class TranscriptError extends Error {
  override readonly name = 'TranscriptError';
  readonly code: TranscriptErrorCode;
  /** For `INVALID_TRANSCRIPT`: the line of the file, from 1. For a replay: the step, from 0. */
  readonly at: number | undefined;
  /** For `REPLAY_MISMATCH`: the field that differs, as `message.content`; empty when the whole line does. */
  readonly path: string | undefined;

  constructor(
    code: TranscriptErrorCode,
    message: string,
    where: { readonly at?: number; readonly path?: string; readonly cause?: unknown } = {},
  ) {
    super(message, where.cause === undefined ? undefined : { cause: where.cause });
    this.code = code;
    this.at = where.at;
    this.path = where.path;
  }
}
