import { describe, expect, it } from 'vitest';
import { FakeApiError, startFakeApi, type ApiReply, type ApiRequest } from '../../../src/index.ts';
import { createReplyChooser, inlineStepAt, stepAt } from '../../../src/fake-api/choose-reply.ts';
import { findInlineScript, lastScriptIn } from '../../../src/fake-api/inline-script.ts';
import { checkReply } from '../../../src/fake-api/script.ts';
import { parseBody, plainHeaders, purposeOf, type ApiRequestBody } from '../../../src/fake-api/request.ts';

const text = (value: string): ApiReply => ({ kind: 'text', text: value });
const error: ApiReply = { kind: 'error', status: 529 };
const user = (content: unknown): { role: string; content: unknown } => ({ role: 'user', content });
const assistant = { role: 'assistant', content: [{ type: 'text', text: 'said' }] };

function turn(body: ApiRequestBody, purpose: ApiRequest['purpose'] = 'turn'): ApiRequest {
  return {
    index: 0,
    atMs: 0,
    method: 'POST',
    path: '/v1/messages',
    url: '/v1/messages',
    headers: {},
    purpose,
    body,
    reply: undefined,
    outcome: 'open',
  };
}

describe('checkReply', () => {
  it.each([
    [null, 'steps.0'],
    [[], 'steps.0'],
    [{}, 'steps.0.kind'],
    [{ kind: 'txt' }, 'steps.0.kind'],
    [{ kind: 'error', status: 200 }, 'steps.0.status'],
    [{ kind: 'error', status: '429' }, 'steps.0.status'],
    [{ kind: 'slow', chunkDelayMs: -1 }, 'steps.0.chunkDelayMs'],
    [{ kind: 'disconnect', mode: 'politely' }, 'steps.0.mode'],
    [{ kind: 'text', times: Number.NaN }, 'steps.0.times'],
  ])('names the field that is wrong in %j', (value, path) => {
    expect(() => checkReply(value, 'steps.0')).toThrow(expect.objectContaining({ name: 'FakeApiError', code: 'INVALID_REPLY', path }));
  });

  it('makes a server with a misspelt script fail at its start', async () => {
    await expect(startFakeApi({ steps: [text('fine'), { kind: 'slowly' as 'slow' }] })).rejects.toThrow(FakeApiError);
  });
});

describe('steps', () => {
  it('are used in order, each as often as it says, the last for ever', () => {
    const steps = [text('a'), { ...text('b'), times: 2 }, text('c')];
    expect([0, 1, 2, 3, 4, 99].map((index) => stepAt(steps, index).text)).toEqual(['a', 'b', 'b', 'c', 'c', 'c']);
    expect(stepAt([], 0)).toEqual({ kind: 'text', text: 'ok' });
  });

  it('are not used up by warm-up calls or by what the matcher answers', () => {
    const choose = createReplyChooser({
      steps: [text('first'), text('second')],
      match: ({ body }) => (body?.model === 'special' ? text('matched') : undefined),
    });
    expect(choose(turn({ max_tokens: 1 }, 'warm-up')).text).toBe('ok');
    expect(choose(turn({ model: 'special' })).text).toBe('matched');
    expect(choose(turn({})).text).toBe('first');
    expect(choose(turn({ max_tokens: 1 }, 'warm-up')).text).toBe('ok');
    expect(choose(turn({})).text).toBe('second');
  });

  it('may be overruled by a matcher for warm-ups too, and a wrong answer of the matcher is refused', () => {
    const choose = createReplyChooser({ match: () => error });
    expect(choose(turn({ max_tokens: 1 }, 'warm-up'))).toBe(error);
    expect(() => createReplyChooser({ match: () => ({ kind: 'nope' as 'text' }) })(turn({}))).toThrow(FakeApiError);
  });
});

describe('a script inside a prompt', () => {
  it.each([
    ['no script at all', undefined],
    ['<<fake {"kind":"text","text":"hi"}>>', '{"kind":"text","text":"hi"}'],
    ['before <<fake {"a":1}>> between <<fake {"a":2}>> after', '{"a":2}'],
    ['<<fake {"text":"holds >> and } and \\" and ]"}>> tail', '{"text":"holds >> and } and \\" and ]"}'],
    [
      '<<fake [{"input":{"prompt":"sub <<fake {\\"kind\\":\\"text\\"}>>"}}]>>',
      '[{"input":{"prompt":"sub <<fake {\\"kind\\":\\"text\\"}>>"}}]',
    ],
  ])('is found in %j', (prompt, script) => {
    expect(lastScriptIn(prompt)).toBe(script);
  });

  it('is the newest one of the user, and counts the replies since', () => {
    const messages = [
      user('<<fake {"kind":"text","text":"old"}>>'),
      assistant,
      user([{ type: 'text', text: '<<fake [{"kind":"tool_use"},{"kind":"text","text":"new"}]>>' }]),
      assistant,
      user([{ type: 'tool_result', tool_use_id: 'x', content: '<<fake {"kind":"text","text":"printed by a tool"}>>' }]),
    ];
    expect(findInlineScript({ messages })).toMatchObject({ steps: [{ kind: 'tool_use' }, { text: 'new' }], replied: 1 });
    expect(findInlineScript({ messages: [user('plain'), assistant] })).toBeUndefined();
    expect(findInlineScript({})).toBeUndefined();
  });

  it('may use short names for the numbers', () => {
    expect(findInlineScript({ messages: [user('<<fake {"kind":"deltas","count":3,"size":2,"everyMs":7}>>')] })?.steps).toEqual([
      { kind: 'deltas', chunks: 3, chunkBytes: 2, chunkDelayMs: 7 },
    ]);
    expect(findInlineScript({ messages: [user('<<fake {"kind":"hang","ms":9}>>')] })?.steps).toEqual([{ kind: 'hang', delayMs: 9 }]);
  });

  it.each<[string, readonly ApiReply[], readonly (readonly [replied: number, attempt: number, expected: string])[]]>([
    [
      'one reply answers for ever',
      [text('a')],
      [
        [0, 0, 'a'],
        [0, 3, 'a'],
        [5, 0, 'a'],
      ],
    ],
    [
      'replies follow the conversation, whatever the attempts',
      [text('a'), text('b')],
      [
        [0, 0, 'a'],
        [0, 1, 'a'],
        [1, 0, 'b'],
        [2, 0, 'b'],
      ],
    ],
    [
      'a failure counts attempts',
      [error, text('a')],
      [
        [0, 0, '529'],
        [0, 1, 'a'],
        [1, 0, 'a'],
      ],
    ],
    [
      'a failure counts as often as it says',
      [{ ...error, times: 2 }, text('a')],
      [
        [0, 1, '529'],
        [0, 2, 'a'],
        [0, 9, 'a'],
      ],
    ],
    [
      'a failure after a reply',
      [text('a'), error, text('b')],
      [
        [0, 0, 'a'],
        [0, 7, 'a'],
        [1, 0, '529'],
        [1, 1, 'b'],
        [2, 0, 'b'],
      ],
    ],
    [
      'a failure at the end stays',
      [text('a'), error],
      [
        [0, 0, 'a'],
        [1, 0, '529'],
        [1, 9, '529'],
      ],
    ],
    [
      'a reply that counts twice',
      [{ ...text('a'), times: 2 }, text('b')],
      [
        [0, 0, 'a'],
        [1, 0, 'a'],
        [2, 0, 'b'],
      ],
    ],
  ])('%s', (_, steps, rows) => {
    for (const [replied, attempt, expected] of rows) {
      const reply = inlineStepAt({ steps, replied, key: '' }, attempt);
      expect({ replied, attempt, is: reply.text ?? String(reply.status) }).toEqual({ replied, attempt, is: expected });
    }
  });

  it('is followed only when the server was told so', () => {
    const body = { messages: [user('<<fake {"kind":"text","text":"from the prompt"}>>')] };
    expect(createReplyChooser({ inlineScripts: true })(turn(body)).text).toBe('from the prompt');
    expect(createReplyChooser({})(turn(body)).text).toBe('ok');
  });

  it('leaves the steps to requests without one', () => {
    const choose = createReplyChooser({ inlineScripts: true, steps: [text('step')] });
    expect(choose(turn({ messages: [user('<<fake {"kind":"text","text":"inline"}>>')] })).text).toBe('inline');
    expect(choose(turn({ messages: [user('plain')] })).text).toBe('step');
  });

  it('does not share its attempts with the same script of another conversation', () => {
    const choose = createReplyChooser({ inlineScripts: true });
    const messages = [user('<<fake [{"kind":"error"},{"kind":"text","text":"second"}]>>')];
    const ask = (id: string): string => choose(turn({ messages, metadata: { user_id: id } })).kind;
    expect([ask('a'), ask('b'), ask('a'), ask('b')]).toEqual(['error', 'error', 'text', 'text']);
  });

  it.each([
    ['<<fake {not json}>>', /cannot be used/],
    ['<<fake {"kind":"nope"}>>', /inline\.0\.kind/],
  ])('that is wrong (%s) is a 400 that says so', (prompt, message) => {
    const reply = createReplyChooser({ inlineScripts: true })(turn({ messages: [user(prompt)] }));
    expect(reply).toMatchObject({ kind: 'error', status: 400, message: expect.stringMatching(message) });
  });
});

describe('requests', () => {
  it.each([
    ['POST', '/v1/messages', {}, 'turn'],
    ['POST', '/prefix/v1/messages', { max_tokens: 2 }, 'turn'],
    ['POST', '/v1/messages', { max_tokens: 1 }, 'warm-up'],
    ['POST', '/v1/messages/count_tokens', {}, 'count-tokens'],
    ['POST', '/api/event_logging', {}, 'other'],
    ['GET', '/v1/models', undefined, 'other'],
    ['HEAD', '/', undefined, 'other'],
  ] as const)('%s %s with %j is %4$s', (method, path, body, purpose) => {
    expect(purposeOf(method, path, body)).toBe(purpose);
  });

  it.each(['', 'no json', '[1]', '3', 'null'])('with the body %j have no object', (body) => {
    expect(parseBody(body)).toBeUndefined();
  });

  it('show no key but the made-up one', () => {
    const headers = { 'x-api-key': 'sk-ant-real', authorization: 'Bearer made-up', cookie: 'a=b', accept: 'x', 'set-cookie': ['a', 'b'] };
    expect(plainHeaders(headers, 'made-up')).toEqual({
      'x-api-key': '[redacted]',
      authorization: 'Bearer made-up',
      cookie: '[redacted]',
      accept: 'x',
      'set-cookie': 'a, b',
    });
  });
});
