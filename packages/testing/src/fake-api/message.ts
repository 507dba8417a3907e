import type { ApiReply, ApiToolCall } from './script.ts';

/** A block of a message as the Messages API writes it. */
export type ApiBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: unknown };

/** A reply worked out: everything that both the streamed and the whole form need. */
export interface ApiMessage {
  readonly id: string;
  readonly model: string;
  readonly blocks: readonly ApiBlock[];
  readonly stopReason: string;
  readonly usage: {
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly cache_creation_input_tokens: number;
    readonly cache_read_input_tokens: number;
  };
  /** Into how many deltas each text is split. */
  readonly chunks: number;
  readonly chunkDelayMs: number;
}

/** What a message needs besides its script. */
export interface MessageContext {
  readonly model: string;
  /** Tokens of the request, for the usage. */
  readonly inputTokens: number;
  /** A fresh id with this beginning. */
  readonly nextId: (prefix: string) => string;
}

/** Text of so many bytes, without an end of line, that shows its own position. */
function filler(bytes: number): string {
  const pattern = 'abcdefghijklmnopqrstuvwxyz0123456789 ';
  return pattern.repeat(Math.ceil(bytes / pattern.length)).slice(0, bytes);
}

/** Four bytes a token: near enough for a double, and the same number each time. */
export function estimateTokens(value: object): number {
  return Math.ceil(Buffer.byteLength(JSON.stringify(value)) / 4);
}

const hugeDeltaBytes = 16 * 1024;

function textOf(reply: ApiReply): string {
  switch (reply.kind) {
    case 'huge':
      return reply.text ?? filler(reply.bytes ?? 1024 * 1024);
    case 'deltas':
      return reply.text ?? filler((reply.chunks ?? 100) * (reply.chunkBytes ?? 5));
    case 'disconnect':
    case 'sse_error':
      return reply.afterText ?? reply.text ?? '';
    default:
      return reply.text ?? 'ok';
  }
}

function chunksOf(reply: ApiReply): number {
  if (reply.chunks !== undefined) return Math.max(1, reply.chunks);
  if (reply.kind === 'deltas') return 100;
  if (reply.kind === 'slow') return 10;
  return reply.kind === 'huge' ? Math.ceil((reply.bytes ?? 1024 * 1024) / hugeDeltaBytes) : 1;
}

function blocksOf(reply: ApiReply, context: MessageContext): readonly ApiBlock[] {
  const calls = (list: readonly ApiToolCall[]): readonly ApiBlock[] =>
    list.map((call) => ({ type: 'tool_use', id: context.nextId('toolu_'), name: call.name, input: call.input ?? {} }));
  const text = (value: string | undefined): readonly ApiBlock[] =>
    value === undefined || value === '' ? [] : [{ type: 'text', text: value }];
  switch (reply.kind) {
    case 'thinking': {
      const [thinking, answer] =
        reply.thinking === undefined ? [reply.text ?? 'Hmm.', reply.afterText ?? 'ok'] : [reply.thinking, reply.text ?? 'ok'];
      return [{ type: 'thinking', thinking, signature: 'ZmFrZQ==' }, ...text(answer), ...calls(reply.tools ?? [])];
    }
    case 'tool_use':
      return [...text(reply.text), ...calls(reply.tools ?? [{ name: reply.name ?? 'Bash', input: reply.input }])];
    default:
      return text(textOf(reply));
  }
}

/** Works a reply out. Pure but for the ids. */
export function composeMessage(reply: ApiReply, context: MessageContext): ApiMessage {
  const blocks = blocksOf(reply, context);
  const usage = reply.usage ?? {};
  return {
    id: context.nextId('msg_'),
    model: context.model,
    blocks,
    stopReason: reply.stopReason ?? (blocks.some((block) => block.type === 'tool_use') ? 'tool_use' : 'end_turn'),
    usage: {
      input_tokens: usage.input_tokens ?? context.inputTokens,
      cache_creation_input_tokens: usage.cache_creation_input_tokens ?? 0,
      cache_read_input_tokens: usage.cache_read_input_tokens ?? 0,
      output_tokens: usage.output_tokens ?? Math.max(1, estimateTokens(blocks)),
    },
    chunks: chunksOf(reply),
    chunkDelayMs: reply.chunkDelayMs ?? (reply.kind === 'slow' ? 100 : 0),
  };
}

/** The message as one JSON answer. */
export function wholeMessage(message: ApiMessage): object {
  const { id, model, blocks, stopReason, usage } = message;
  return { id, type: 'message', role: 'assistant', model, content: blocks, stop_reason: stopReason, stop_sequence: null, usage };
}
