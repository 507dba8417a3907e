import type { ApiBlock, ApiMessage } from './message.ts';

/** One server-sent event. `pacedMs` is the pause before it. */
export interface ApiEvent {
  readonly data: { readonly type: string; readonly [field: string]: unknown };
  readonly pacedMs: number;
}

function isInsidePair(text: string, at: number): boolean {
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(at - 1, at + 1));
}

/** Splits into at most so many pieces that are as equal as can be, never inside a code point: half of one cannot be sent as UTF-8. */
export function splitText(text: string, pieces: number): readonly string[] {
  const count = Math.max(1, Math.min(pieces, text.length));
  if (count === 1) return [text];
  const ends = Array.from({ length: count }, (_, index) => {
    const end = Math.floor(((index + 1) * text.length) / count);
    return isInsidePair(text, end) ? end + 1 : end;
  });
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end)).filter((piece) => piece !== '');
}

function emptyBlock(block: ApiBlock): object {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: '' };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'tool_use':
      return { type: 'tool_use', id: block.id, name: block.name, input: {} };
  }
}

function deltasOf(block: ApiBlock, chunks: number): readonly object[] {
  switch (block.type) {
    case 'text':
      return splitText(block.text, chunks).map((text) => ({ type: 'text_delta', text }));
    case 'thinking':
      return [
        ...splitText(block.thinking, chunks).map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: block.signature },
      ];
    case 'tool_use':
      return splitText(JSON.stringify(block.input), Math.max(2, chunks)).map((text) => ({ type: 'input_json_delta', partial_json: text }));
  }
}

/** The stream of events that the Messages API makes of a message, in its order. */
export function* eventsOf(message: ApiMessage): Generator<ApiEvent> {
  const { id, model, usage, chunks, chunkDelayMs } = message;
  const start = {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...usage, output_tokens: 1 },
  };
  yield { data: { type: 'message_start', message: start }, pacedMs: 0 };
  yield { data: { type: 'ping' }, pacedMs: 0 };
  for (const [index, block] of message.blocks.entries()) {
    yield { data: { type: 'content_block_start', index, content_block: emptyBlock(block) }, pacedMs: 0 };
    for (const delta of deltasOf(block, chunks)) yield { data: { type: 'content_block_delta', index, delta }, pacedMs: chunkDelayMs };
    yield { data: { type: 'content_block_stop', index }, pacedMs: 0 };
  }
  yield { data: { type: 'message_delta', delta: { stop_reason: message.stopReason, stop_sequence: null }, usage }, pacedMs: 0 };
  yield { data: { type: 'message_stop' }, pacedMs: 0 };
}

/** The bytes of an event on the wire. */
export function encodeEvent(data: ApiEvent['data']): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}
