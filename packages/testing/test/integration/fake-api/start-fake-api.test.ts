import { existsSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { startFakeApi, type ApiReply, type FakeApi } from '../../../src/index.ts';

interface Delta {
  readonly type: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly partial_json?: string;
  readonly stop_reason?: string;
}

interface Block {
  type: string;
  id?: string;
  text?: string;
  thinking?: string;
  signature?: string;
  input?: unknown;
}

interface Event {
  readonly type: string;
  readonly index?: number;
  readonly delta?: Delta;
  readonly content_block?: Block;
  readonly [field: string]: unknown;
}

interface Message {
  readonly id: string;
  readonly content: readonly Block[];
  readonly usage: { readonly input_tokens: number };
}

function ask(api: FakeApi, body: object = {}, signal?: AbortSignal): Promise<Response> {
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
async function readStream(response: Response): Promise<{ readonly events: readonly Event[]; readonly broken: boolean }> {
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
function assemble(events: readonly Event[]): { readonly content: readonly Block[]; readonly stop: unknown } {
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

const messages: readonly (readonly [string, ApiReply, readonly object[], string])[] = [
  ['text', { kind: 'text', text: 'héllo 🎈\u2028' }, [{ type: 'text', text: 'héllo 🎈\u2028' }], 'end_turn'],
  ['text without text', { kind: 'text' }, [{ type: 'text', text: 'ok' }], 'end_turn'],
  ['a stop reason', { kind: 'text', text: 'cut sho', stopReason: 'max_tokens' }, [{ type: 'text', text: 'cut sho' }], 'max_tokens'],
  [
    'thinking',
    { kind: 'thinking', text: 'hm', afterText: 'so' },
    [
      { type: 'thinking', thinking: 'hm', signature: 'ZmFrZQ==' },
      { type: 'text', text: 'so' },
    ],
    'end_turn',
  ],
  [
    'thinking, text and a call',
    { kind: 'thinking', thinking: 'hm', text: 'so', tools: [{ name: 'Bash', input: { command: 'ls' } }] },
    [
      { type: 'thinking', thinking: 'hm', signature: 'ZmFrZQ==' },
      { type: 'text', text: 'so' },
      { type: 'tool_use', id: expect.stringMatching(/^toolu_/), name: 'Bash', input: { command: 'ls' } },
    ],
    'tool_use',
  ],
  [
    'tool_use',
    { kind: 'tool_use', name: 'Read', input: { file_path: '/x' } },
    [{ type: 'tool_use', id: expect.any(String), name: 'Read', input: { file_path: '/x' } }],
    'tool_use',
  ],
  [
    'several calls',
    { kind: 'tool_use', text: 'both', tools: [{ name: 'A' }, { name: 'B', input: { b: 1 } }] },
    [
      { type: 'text', text: 'both' },
      { type: 'tool_use', id: expect.any(String), name: 'A', input: {} },
      { type: 'tool_use', id: expect.any(String), name: 'B', input: { b: 1 } },
    ],
    'tool_use',
  ],
  ['slow', { kind: 'slow', text: 'a b c', chunks: 3, chunkDelayMs: 10 }, [{ type: 'text', text: 'a b c' }], 'end_turn'],
  ['deltas', { kind: 'deltas', text: 'abcdef', chunks: 6 }, [{ type: 'text', text: 'abcdef' }], 'end_turn'],
];

describe('a message', () => {
  it.each(messages)('of kind %s is the same whole and streamed', async (_, reply, content, stop) => {
    await using api = await startFakeApi({ steps: [reply] });
    const whole = (await (await ask(api)).json()) as Message;
    expect(whole).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'claude-test',
      content,
      stop_reason: stop,
      stop_sequence: null,
    });
    expect(whole.usage.input_tokens).toBeGreaterThan(0);

    const response = await ask(api, { stream: true });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const { events, broken } = await readStream(response);
    expect(broken).toBe(false);
    expect(assemble(events)).toEqual({ content, stop });
    expect(events[0]).toMatchObject({ type: 'message_start', message: { content: [], stop_reason: null, model: 'claude-test' } });
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['message_delta', 'message_stop']);
    expect(api.requests.map(({ reply: kind, outcome }) => [kind, outcome])).toEqual([
      [reply.kind, 'answered'],
      [reply.kind, 'answered'],
    ]);
  });

  it('has ids that no other message of any server has', async () => {
    await using one = await startFakeApi({ steps: [{ kind: 'tool_use' }] });
    await using two = await startFakeApi({ steps: [{ kind: 'tool_use' }] });
    const answers = await Promise.all([one, one, two].map(async (api) => (await (await ask(api)).json()) as Message));
    expect(new Set(answers.flatMap(({ id, content }) => [id, content[0]!.id])).size).toBe(6);
  });

  it('says the usage that the script asks for', async () => {
    await using api = await startFakeApi({
      steps: [{ kind: 'text', usage: { input_tokens: 7, output_tokens: 8, cache_read_input_tokens: 9 } }],
    });
    const { events } = await readStream(await ask(api, { stream: true }));
    const usage = { input_tokens: 7, output_tokens: 8, cache_read_input_tokens: 9, cache_creation_input_tokens: 0 };
    expect(events.find(({ type }) => type === 'message_delta')).toMatchObject({ usage });
  });

  it('of kind deltas comes in as many pieces as asked for, of the size asked for', async () => {
    await using api = await startFakeApi({ steps: [{ kind: 'deltas', chunks: 2000, chunkBytes: 4 }] });
    const { events } = await readStream(await ask(api, { stream: true }));
    const deltas = events.filter(({ type }) => type === 'content_block_delta');
    expect(deltas).toHaveLength(2000);
    expect(deltas.every(({ delta }) => delta!.text!.length === 4)).toBe(true);
  });

  it('of kind huge is as large as asked for and is held back by a reader that does not read', async () => {
    await using api = await startFakeApi({ steps: [{ kind: 'huge', bytes: 24 * 1024 * 1024 }] });
    const held = await ask(api, { stream: true });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(api.requests[0]!.outcome).toBe('open');
    const { events } = await readStream(held);
    expect(assemble(events).content[0]!.text).toHaveLength(24 * 1024 * 1024);
  });

  it('of kind slow takes its time, streamed and whole, and one with a delay begins late', async () => {
    await using api = await startFakeApi({
      steps: [
        { kind: 'slow', text: 'a b c d', chunks: 4, chunkDelayMs: 50, times: 2 },
        { kind: 'text', delayMs: 150 },
      ],
    });
    const took = async (body: object): Promise<number> => {
      const began = performance.now();
      await (await ask(api, body)).text();
      return performance.now() - began;
    };
    expect(await took({ stream: true })).toBeGreaterThan(190);
    expect(await took({})).toBeGreaterThan(190);
    expect(await took({})).toBeGreaterThan(145);
  });
});

describe('a failure', () => {
  it.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [404, 'not_found_error'],
    [413, 'request_too_large'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [503, 'api_error'],
    [529, 'overloaded_error'],
  ])('with status %i has the type %s', async (status, type) => {
    await using api = await startFakeApi({ steps: [{ kind: 'error', status }] });
    const response = await ask(api, { stream: true });
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after')).toBeNull();
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type, message: expect.stringContaining(String(status)) },
      request_id: response.headers.get('request-id'),
    });
  });

  it('carries retry-after, other headers, its own type and its own text', async () => {
    const reply: ApiReply = {
      kind: 'error',
      status: 429,
      retryAfter: 2,
      message: 'slow down',
      errorType: 'special',
      headers: { 'x-should-retry': 'true' },
    };
    await using api = await startFakeApi({ steps: [reply] });
    const response = await ask(api);
    expect([response.headers.get('retry-after'), response.headers.get('x-should-retry')]).toEqual(['2', 'true']);
    expect(await response.json()).toMatchObject({ error: { type: 'special', message: 'slow down' } });
  });

  it.each(['drop', 'reset'] as const)('that disconnects (%s) lets the first part arrive and then breaks the stream', async (mode) => {
    await using api = await startFakeApi({
      steps: [
        { kind: 'disconnect', afterText: 'partial', mode },
        { kind: 'text', text: 'full' },
      ],
    });
    const { events, broken } = await readStream(await ask(api, { stream: true }));
    expect(broken).toBe(true);
    expect(assemble(events)).toEqual({ content: [{ type: 'text', text: 'partial' }], stop: undefined });
    expect(api.requests[0]!.outcome).toBe('cut');
    expect(await (await ask(api)).json()).toMatchObject({ content: [{ text: 'full' }] });
  });

  it('that disconnects in good order leaves a stream without its last events', async () => {
    await using api = await startFakeApi({ steps: [{ kind: 'disconnect', text: 'partial', mode: 'end' }] });
    const { events, broken } = await readStream(await ask(api, { stream: true }));
    expect(broken).toBe(false);
    expect(events.map(({ type }) => type)).toEqual(['message_start', 'ping', 'content_block_start', 'content_block_delta']);
  });

  it.each(['drop', 'reset', 'end'] as const)('that disconnects (%s) breaks a whole message too', async (mode) => {
    await using api = await startFakeApi({ steps: [{ kind: 'disconnect', mode }] });
    const response = await ask(api);
    await expect(response.text()).rejects.toThrow();
  });

  it('inside a stream is an error event', async () => {
    await using api = await startFakeApi({ steps: [{ kind: 'sse_error', afterText: 'par' }] });
    const { events, broken } = await readStream(await ask(api, { stream: true }));
    expect(broken).toBe(false);
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } });
    expect((await ask(api)).status).toBe(529);
  });

  it('that hangs says nothing until its time is over', async () => {
    await using api = await startFakeApi({ steps: [{ kind: 'hang', delayMs: 100 }] });
    const began = performance.now();
    await expect(ask(api)).rejects.toThrow();
    expect(performance.now() - began).toBeGreaterThan(95);
  });

  it('of the matcher fails its request and not the test', async () => {
    await using api = await startFakeApi({
      match: () => {
        throw new Error('my mistake');
      },
    });
    const response = await ask(api);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('my mistake') } });
  });
});

describe('the server', () => {
  it('records requests with their purpose and says what a client that goes away did', async () => {
    await using api = await startFakeApi({ steps: [{ kind: 'hang' }] });
    const leaving = new AbortController();
    const asked = ask(api, { stream: true }, leaving.signal);
    await vi.waitFor(() => {
      expect(api.requests).toHaveLength(1);
    });
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await vi.waitFor(() => {
      expect(api.requests[0]!.outcome).toBe('client-gone');
    });
    expect(api.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/messages',
      url: '/v1/messages?beta=true',
      purpose: 'turn',
      body: { model: 'claude-test' },
    });
    expect(api.requests[0]!.headers['x-api-key']).toBe(api.env['ANTHROPIC_API_KEY']);
  });

  it('answers what a CLI asks besides, and uses up no step for it', async () => {
    await using api = await startFakeApi({
      steps: [
        { kind: 'text', text: 'first' },
        { kind: 'text', text: 'second' },
      ],
    });
    const counted = await fetch(`${api.url}/v1/messages/count_tokens`, { method: 'POST', body: JSON.stringify({ messages: [] }) });
    expect(await counted.json()).toEqual({ input_tokens: 4 });
    expect(await (await fetch(`${api.url}/v1/models`)).json()).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
    expect((await fetch(api.url, { method: 'HEAD' })).status).toBe(200);
    const missing = await fetch(`${api.url}/v1/files`, { method: 'POST', body: '{}' });
    expect([missing.status, await missing.json()]).toMatchObject([404, { type: 'error', error: { type: 'not_found_error' } }]);
    expect(await (await ask(api, { max_tokens: 1 })).json()).toMatchObject({ content: [{ text: 'ok' }] });
    expect(await (await ask(api)).json()).toMatchObject({ content: [{ text: 'first' }] });
    expect(api.requests.map(({ purpose }) => purpose)).toEqual(['count-tokens', 'other', 'other', 'other', 'warm-up', 'turn']);
    expect(api.turns.map(({ index }) => index)).toEqual([5]);
  });

  it('reads a packed body and refuses one that is no object', async () => {
    await using api = await startFakeApi({ inlineScripts: true });
    const body = gzipSync(JSON.stringify({ messages: [{ role: 'user', content: '<<fake {"kind":"text","text":"unpacked"}>>' }] }));
    const packed = await fetch(`${api.url}/v1/messages`, { method: 'POST', headers: { 'content-encoding': 'gzip' }, body });
    expect(await packed.json()).toMatchObject({ content: [{ text: 'unpacked' }] });
    expect((await fetch(`${api.url}/v1/messages`, { method: 'POST', body: '[' })).status).toBe(400);
  });

  it('gives each client its own port, key and folder, and nothing that the caller did not ask for', async () => {
    await using one = await startFakeApi();
    await using two = await startFakeApi({ env: { CLAUDE_CONFIG_DIR: '/chosen', EXTRA: '1' } });
    expect(one.url).not.toBe(two.url);
    expect(one.env).toMatchObject({
      ANTHROPIC_BASE_URL: one.url,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_ERROR_REPORTING: '1',
      ANTHROPIC_AUTH_TOKEN: '',
    });
    expect(new URL(one.url).hostname).toBe('127.0.0.1');
    expect(two.env).toMatchObject({ CLAUDE_CONFIG_DIR: '/chosen', EXTRA: '1' });
  });

  it('closes at once although an answer is open, frees the port and removes its folder', async () => {
    const api = await startFakeApi({ steps: [{ kind: 'hang' }] });
    const folder = api.env['CLAUDE_CONFIG_DIR']!;
    writeFileSync(path.join(folder, 'left-behind.json'), '{}');
    const asked = ask(api).catch(() => 'broken');
    await vi.waitFor(() => {
      expect(api.requests).toHaveLength(1);
    });
    await Promise.all([api.close(), api.close()]);
    expect(await asked).toBe('broken');
    expect(existsSync(folder)).toBe(false);
    await expect(fetch(api.url)).rejects.toThrow();
    expect(api.requests[0]!.outcome).toBe('cut');
  });

  it('survives a client that goes in the middle of its own request', async () => {
    await using api = await startFakeApi();
    await new Promise<void>((resolve) => {
      const half = httpRequest(`${api.url}/v1/messages`, { method: 'POST', headers: { 'content-length': 100 } });
      half.on('error', () => {
        resolve();
      });
      half.write('{"half":');
      setTimeout(() => half.destroy(new Error('gone')), 50);
    });
    expect((await ask(api)).status).toBe(200);
    expect(api.requests).toHaveLength(1);
  });
});
