import type { ApiRequest } from './request.ts';

/** One tool call in a reply. */
export interface ApiToolCall {
  readonly name: string;
  /** @defaultValue an empty object */
  readonly input?: unknown;
}

/** Token counts of a reply, spelled as on the wire. What is left out is estimated from the text: four bytes a token. */
export interface ApiUsage {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly cache_creation_input_tokens?: number;
  readonly cache_read_input_tokens?: number;
}

/**
 * What one request is answered with.
 *
 * `text`, `thinking` and `tool_use` are ordinary messages; `deltas`, `slow` and `huge` are texts that come in many pieces, late, or large; `error` is an HTTP
 * error; `disconnect` cuts the connection in the middle of the message; `sse_error` reports an error inside a stream that began well; `hang` says nothing.
 */
export interface ApiReply {
  readonly kind: 'text' | 'thinking' | 'tool_use' | 'deltas' | 'slow' | 'huge' | 'error' | 'disconnect' | 'sse_error' | 'hang';
  /** The text of the message. For `tool_use`: said before the call; for `thinking`: see `thinking`. @defaultValue `ok` for messages that are a text */
  readonly text?: string;
  /** For `thinking`: the thoughts, and `text` is the answer. Without it, `text` is the thoughts and `afterText` the answer. */
  readonly thinking?: string;
  /** For `disconnect` and `sse_error`: the part of the text that arrives before the cut. For `thinking`: the answer. */
  readonly afterText?: string;
  /** For `tool_use`: the tool. @defaultValue `Bash` */
  readonly name?: string;
  /** For `tool_use`: its input. @defaultValue an empty object */
  readonly input?: unknown;
  /** Several tool calls in one message, in place of `name` and `input`; allowed for `thinking` too. */
  readonly tools?: readonly ApiToolCall[];
  /** For `error`: the HTTP status. @defaultValue 500 */
  readonly status?: number;
  /** For `error`: seconds, sent as `retry-after`. @defaultValue the header is not sent */
  readonly retryAfter?: number;
  /** For `error` and `sse_error`: the text of the error. @defaultValue a sentence that names the status */
  readonly message?: string;
  /** For `error` and `sse_error`: the `type` inside the error. @defaultValue the one that the Messages API uses for the status */
  readonly errorType?: string;
  /** Into how many deltas each text is split. @defaultValue 100 for `deltas`, 10 for `slow`, otherwise 1 */
  readonly chunks?: number;
  /** For `deltas` without `text`: bytes of each delta. @defaultValue 5 */
  readonly chunkBytes?: number;
  /** Milliseconds between two deltas. @defaultValue 100 for `slow`, otherwise 0 */
  readonly chunkDelayMs?: number;
  /** For `huge`: bytes of text. @defaultValue 1048576 */
  readonly bytes?: number;
  /** Milliseconds before the first byte of the answer. For `hang`: how long nothing is said before the connection is cut. @defaultValue 0; for `hang` without end */
  readonly delayMs?: number;
  /** For `disconnect`: `drop` closes the connection in mid-message, `reset` makes it an error on the socket, `end` ends the answer as if it were complete. @defaultValue `drop` */
  readonly mode?: 'drop' | 'reset' | 'end';
  /** @defaultValue `tool_use` when there is a call, otherwise `end_turn` */
  readonly stopReason?: string;
  /** How many requests in a row get this reply before the next step's turn. @defaultValue 1 */
  readonly times?: number;
  readonly usage?: ApiUsage;
  /** HTTP headers on top of the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a fake Messages API answers. */
export interface ApiScript {
  /**
   * Answers to the model requests of the conversation, in order; the last one repeats. Warm-up calls, token counts and look-ups do not use up a step.
   * @defaultValue one `text` reply, `ok`
   */
  readonly steps?: readonly ApiReply[];
  /** Asked first, for every model request, warm-ups included. Undefined leaves the request to the inline script or the steps. */
  readonly match?: (request: ApiRequest) => ApiReply | undefined;
  /**
   * Whether a prompt may say how it wants to be answered: `<<fake {"kind":"text","text":"hello"}>>`, or an array of replies, one for each request that the
   * prompt leads to. So a test steers each turn from the prompt, whatever else runs at the same time.
   * @defaultValue false
   */
  readonly inlineScripts?: boolean;
  /** What {@link FakeApi.env} adds to or takes over from the usual variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Why a fake API refuses a script. */
export class FakeApiError extends Error {
  override readonly name = 'FakeApiError';
  readonly code: 'INVALID_REPLY';
  /** Where the mistake is, for instance `steps.2.status`. */
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path} ${problem}`);
    this.code = 'INVALID_REPLY';
    this.path = path;
  }
}

const kinds: ReadonlySet<unknown> = new Set<ApiReply['kind']>([
  'text',
  'thinking',
  'tool_use',
  'deltas',
  'slow',
  'huge',
  'error',
  'disconnect',
  'sse_error',
  'hang',
]);
const counts = ['status', 'retryAfter', 'chunks', 'chunkBytes', 'chunkDelayMs', 'bytes', 'delayMs', 'times'] as const;

/** Checks a reply that may come from JSON. Throws {@link FakeApiError}, which names the field, so that a misspelt script fails where it is written. */
export function checkReply(value: unknown, path: string): ApiReply {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FakeApiError(path, 'must be an object with a "kind".');
  const reply = value as ApiReply;
  if (!kinds.has(reply.kind))
    throw new FakeApiError(`${path}.kind`, `must be one of ${[...kinds].join(', ')}, not ${JSON.stringify(reply.kind)}.`);
  for (const name of counts) {
    const count: unknown = reply[name];
    if (count === undefined) continue;
    if (typeof count !== 'number' || !(count >= 0))
      throw new FakeApiError(`${path}.${name}`, `must be a number of at least 0, not ${JSON.stringify(count)}.`);
  }
  if (reply.mode !== undefined && !['drop', 'reset', 'end'].includes(reply.mode))
    throw new FakeApiError(`${path}.mode`, 'must be drop, reset or end.');
  if (reply.status !== undefined && (reply.status < 400 || reply.status > 599))
    throw new FakeApiError(`${path}.status`, 'must be an HTTP error, 400 to 599.');
  return reply;
}
