import { expect } from 'vitest';
import { type FakeApi } from '../../../src/index.ts';

export interface Delta {
  readonly type: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly partial_json?: string;
  readonly stop_reason?: string;
}

export interface Block {
  type: string;
  id?: string;
  text?: string;
  thinking?: string;
  signature?: string;
  input?: unknown;
}

export interface Event {
  readonly type: string;
  readonly index?: number;
  readonly delta?: Delta;
  readonly content_block?: Block;
  readonly [field: string]: unknown;
}

export interface Message {
  readonly id: string;
  readonly content: readonly Block[];
  readonly usage: { readonly input_tokens: number };
}

export function ask(api: FakeApi, body: object = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(`${api.url}/v1/messages?beta=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': api.env['ANTHROPIC_API_KEY']! },
    body: JSON.stringify({ model: 'claude-test', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }], ...body }),
    ...(signal === undefined ? {} : { signal }),
  });
}

function parseEvents(text: string): readonly Event[] {
  return text
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => {
      const [name, data] = frame.split('\n');
      const event = JSON.parse(data!.slice('data: '.length)) as Event;
      expect(name).toBe(`event: ${event.type}`);
      return event;
    });
}

/** Reads a stream as far as it goes; `broken` says that it did not end in good order. */
export async function readStream(response: Response): Promise<{ readonly events: readonly Event[]; readonly broken: boolean }> {
  let text = '';
  let broken = false;
  try {
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) text += decoder.decode(chunk as Uint8Array, { stream: true });
  } catch {
    broken = true;
  }
  return { events: parseEvents(text), broken };
}

/** Puts a streamed message together again, as a client does. */
export function assemble(events: readonly Event[]): { readonly content: readonly Block[]; readonly stop: unknown } {
  const content: Block[] = [];
  const inputs: string[] = [];
  let stop: unknown;
  for (const { type, index = 0, delta, content_block } of events) {
    const block = content[index];
    if (content_block !== undefined) content[index] = { ...content_block };
    if (type === 'message_delta') stop = delta?.stop_reason;
    if (block === undefined) continue;
    if (type === 'content_block_stop' && inputs[index] !== undefined) block.input = JSON.parse(inputs[index]);
    if (delta?.text !== undefined) block.text = `${block.text ?? ''}${delta.text}`;
    if (delta?.thinking !== undefined) block.thinking = `${block.thinking ?? ''}${delta.thinking}`;
    if (delta?.signature !== undefined) block.signature = `${block.signature ?? ''}${delta.signature}`;
    if (delta?.partial_json !== undefined) inputs[index] = `${inputs[index] ?? ''}${delta.partial_json}`;
  }
  return { content, stop };
}
