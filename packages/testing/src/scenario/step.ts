import type { JsonObject } from './json.ts';

/** Waits for the next line of stdin and compares it; another line than that ends the process with code 65 and names the field on stderr. */
export interface ExpectStep {
  /**
   * A word or a shape. A word is a message's `type` (`user`), a control request's subtype (`initialize`), or `EOF`. A shape is compared on the fields
   * that it has; text content matches text blocks. `$name` matches anything and remembers it for later steps, `$any` only matches; `$$x` means `$x`.
   */
  readonly expect: string | JsonObject;
  /** Lines that do not match are passed over instead. @defaultValue false */
  readonly skip?: boolean;
}

/** Prints one frame. `$name` stands for what an earlier step remembered; `$session`, `$uuid` (a new one each time), `$now`, `$index` and, after a request, `$request_id` are known. */
export interface SayStep {
  readonly say: JsonObject;
}

/** Prints bytes as they are, without a line feed of its own. */
export interface RawStep {
  readonly raw: string;
  /** How `raw` is written. @defaultValue 'utf8' */
  readonly encoding?: 'utf8' | 'base64' | 'hex';
  /** Writes this many bytes at a time. @defaultValue all at once */
  readonly chunkBytes?: number;
}

/** Prints one line on stderr. */
export interface StderrStep {
  readonly stderr: string;
}

/** Does nothing for this many milliseconds. Lines that arrive meanwhile are kept. */
export interface WaitStep {
  readonly wait: number;
}

/** Prints one frame many times, `$index` counting from 0. */
export interface EmitStep {
  readonly emit: JsonObject;
  readonly count: number;
  /** Milliseconds between two of them. @defaultValue 0, all at once */
  readonly everyMs?: number;
}

/** Answers the control request that was expected last, or the one named. */
export interface AnswerStep {
  /** `late`: after `afterMs`, while the next steps go on. `twice`: the same answer two times. `never`: not at all, which only documents the intent. */
  readonly answer: 'success' | 'error' | 'never' | 'late' | 'twice';
  /** The payload of a success. @defaultValue `{}` */
  readonly response?: JsonObject;
  /** The text of an error. @defaultValue 'refused by the scenario' */
  readonly error?: string;
  /** Its machine-readable reason, as in `unsupported_request`. @defaultValue none */
  readonly errorCode?: string;
  /** The id to answer. @defaultValue '$request_id' */
  readonly to?: string;
  /** For `late`, milliseconds. @defaultValue 1000 */
  readonly afterMs?: number;
}

/** Sends a control request to the host (`can_use_tool`, `hook_callback`, `mcp_message`, …) and waits for its answer. */
export interface AskStep {
  /** The request with its `subtype`. */
  readonly ask: JsonObject;
  /** Remembers the request's id under this name, and the answer's payload under `<name>_answer`. @defaultValue 'ask' */
  readonly as?: string;
  /** What the payload has to look like, as in `expect`. @defaultValue anything */
  readonly answered?: JsonObject;
  /** `false`: go on at once. @defaultValue true */
  readonly await?: boolean;
}

/** Withdraws a request of {@link AskStep}. */
export interface CancelStep {
  /** The id, as `$ask`. */
  readonly cancel: string;
}

/** Reports on a background task: `system/task_started` and its kin. */
export interface TaskStep {
  readonly task: 'started' | 'progress' | 'updated' | 'notification';
  readonly task_id: string;
  /** Other fields of the frame. @defaultValue what the CLI prints for a shell command */
  readonly fields?: JsonObject;
}

/** Prints `system/init`. */
export interface InitStep {
  /** Fields to set. */
  readonly init: JsonObject;
}

/** Prints one whole `assistant` message: a text, or a list of content blocks. */
export interface AssistantStep {
  readonly assistant: string | readonly JsonObject[];
}

/** Prints a `result`: a success with this text, or the fields that differ from one. */
export interface ResultStep {
  readonly result: string | JsonObject;
}

/** Ends the process with a code. */
export interface ExitStep {
  readonly exit: number;
}

/** Ends the process by a signal. */
export interface DieStep {
  readonly die: NodeJS.Signals;
}

/** Says and does nothing more, but stays, and reads. Signals and EOF work as before. */
export interface HangStep {
  readonly hang: true;
}

/** From now on this signal, or the end of stdin, does not end the process. */
export interface IgnoreStep {
  readonly ignore: NodeJS.Signals | 'EOF';
}

/** Closes one pipe while the process lives on. */
export interface CloseStep {
  readonly close: 'stdin' | 'stdout' | 'stderr';
}

/** Plays some steps several times. */
export interface RepeatStep {
  readonly repeat: readonly Step[];
  readonly times: number;
}

/** What a scripted process does next. Every kind is told by its own first key. */
export type Step =
  | ExpectStep
  | SayStep
  | RawStep
  | StderrStep
  | WaitStep
  | EmitStep
  | AnswerStep
  | AskStep
  | CancelStep
  | TaskStep
  | InitStep
  | AssistantStep
  | ResultStep
  | ExitStep
  | DieStep
  | HangStep
  | IgnoreStep
  | CloseStep
  | RepeatStep;
