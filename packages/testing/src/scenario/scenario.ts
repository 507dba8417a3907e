import type { Fault } from './fault.ts';
import type { JsonObject } from './json.ts';
import type { Reply } from './reply.ts';
import type { Step } from './step.ts';

/** What a fake CLI says, and how it misbehaves. Plain JSON, described by `scenario.schema.json`. */
export interface Scenario {
  /** A script to follow. @defaultValue none: `initialize`, control requests and every user turn are answered as the real CLI does */
  readonly steps?: readonly Step[];
  /** Ways to misbehave; they combine. @defaultValue none */
  readonly faults?: readonly Fault[];
  /** What every turn answers. @defaultValue the prompt itself */
  readonly reply?: string;
  /** What the first, second, … turn answers; the last entry goes on. A prompt may carry its own as `<<fake JSON>>`, which wins. @defaultValue `reply` */
  readonly turns?: readonly (string | Reply | readonly Reply[])[];
  /** Milliseconds from a user message to the answer's first byte. @defaultValue 5 */
  readonly replyDelayMs?: number;
  /** What `-v` prints before ` (Claude Code)`. @defaultValue '2.1.329' */
  readonly version?: string;
  /** The model of `system/init`. @defaultValue `--model`, else 'claude-opus-5-5' */
  readonly model?: string;
  /** Fields of every `system/init`, for instance a server that nobody asked for. @defaultValue none */
  readonly init?: JsonObject;
  /** A folder that remembers session ids. With it an unknown `--resume` and a used `--session-id` are refused, as the real CLI does. @defaultValue none, every id is accepted */
  readonly sessions?: string;
  /** A file to which the arguments, the directory and the names of the environment variables are appended as one JSON line at each start. @defaultValue none */
  readonly record?: string;
}
