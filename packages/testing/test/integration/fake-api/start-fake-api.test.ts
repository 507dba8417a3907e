import { describe, expect, it } from 'vitest';
import { startFakeApi, type ApiReply } from '../../../src/index.ts';
import { ask, readStream, assemble, type Message } from './ask.ts';

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
