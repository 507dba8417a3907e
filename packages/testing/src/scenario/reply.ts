import type { JsonObject } from './json.ts';

/** A tool that the scripted model calls. */
export interface ToolCall {
  readonly name: string;
  readonly input: JsonObject;
  /** What the tool returns. @defaultValue the output of really running `input.command` for `Bash`, `ok` for any other */
  readonly output?: string;
  /** How long the tool takes, in milliseconds, when `output` is given. @defaultValue 0 */
  readonly ms?: number;
  /** Whether the tool fails. @defaultValue false */
  readonly isError?: boolean;
  /** Whether the host is asked first when it can be. @defaultValue true, unless the tool is in `--allowedTools` or the command only reads */
  readonly ask?: boolean;
}

/** A whole text. */
export interface TextReply {
  readonly kind: 'text';
  readonly text: string;
  /** Why the model stopped. @defaultValue 'end_turn' */
  readonly stopReason?: string;
}

/** A text that arrives in pieces. */
export interface SlowReply {
  readonly kind: 'slow';
  readonly text: string;
  readonly chunks: number;
  readonly chunkDelayMs: number;
}

/** Many small deltas of `size` letters each. */
export interface DeltasReply {
  readonly kind: 'deltas';
  readonly count: number;
  /** Letters in each. @defaultValue 4 */
  readonly size?: number;
  /** Milliseconds between two. @defaultValue 0 */
  readonly everyMs?: number;
}

/** Thinking first, then perhaps a text and tools. */
export interface ThinkingReply {
  readonly kind: 'thinking';
  readonly thinking: string;
  readonly text?: string;
  readonly tools?: readonly ToolCall[];
}

/** One tool call, or several in one message. */
export interface ToolUseReply {
  readonly kind: 'tool_use';
  readonly name?: string;
  readonly input?: JsonObject;
  readonly output?: string;
  readonly ms?: number;
  readonly isError?: boolean;
  readonly ask?: boolean;
  readonly tools?: readonly ToolCall[];
  /** Letters of each input in one delta. @defaultValue all at once */
  readonly jsonChunk?: number;
}

/** A text of this many bytes. */
export interface HugeReply {
  readonly kind: 'huge';
  readonly bytes: number;
  /** Letters in each delta. @defaultValue 65_536 */
  readonly chunkBytes?: number;
}

/** An error of the Messages API, after the retries that the real CLI makes. */
export interface ErrorReply {
  readonly kind: 'error';
  readonly status: number;
  readonly message?: string;
  /** How often it fails before the next reply is tried. @defaultValue always, which ends the turn with an error result */
  readonly times?: number;
  /** Milliseconds before each retry. @defaultValue 5 */
  readonly retryDelayMs?: number;
  /** Seconds that the API asks to wait; said here only for the record. @defaultValue none */
  readonly retryAfter?: number;
}

/** The connection to the API breaks in the middle of the answer. */
export interface DisconnectReply {
  readonly kind: 'disconnect';
  /** What had arrived by then; the CLI throws it away. @defaultValue nothing */
  readonly text?: string;
  /** How often it breaks before the next reply is tried. @defaultValue always, which ends the turn with an error result */
  readonly times?: number;
  /** Milliseconds before each retry. @defaultValue 5 */
  readonly retryDelayMs?: number;
}

/** The model does not answer for this long. */
export interface HangReply {
  readonly kind: 'hang';
  /** Milliseconds. @defaultValue for ever */
  readonly ms?: number;
}

/** What the scripted model says. A reply with tools is followed by the next one of the list once the tools have returned. */
export type Reply =
  TextReply | SlowReply | DeltasReply | ThinkingReply | ToolUseReply | HugeReply | ErrorReply | DisconnectReply | HangReply;
