import type { Message } from '@subwire/core';
import { expect, test } from 'vitest';
import { createCredentialSource } from '../../../src/sessions/credential-source.ts';
import { contextPercentOf, createSpendMeter, pressureOf } from '../../../src/sessions/session-signals.ts';
import { lockStart } from '../../../src/sessions/start-lock.ts';
import { settle } from '../../support/virtual-clock.ts';

const result = {
  type: 'result',
  subtype: 'success',
  is_error: false,
  duration_ms: 1,
  duration_api_ms: 0,
  num_turns: 1,
  session_id: 's',
} as const;

test.each([
  [
    { type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt: 100 } },
    { type: 'blocked', untilEpochMs: 100_000 },
  ],
  [{ type: 'rate_limit_event', rate_limit_info: { status: 'rejected' } }, { type: 'throttled' }],
  [{ type: 'rate_limit_event', rate_limit_info: { status: 'allowed_warning' } }, undefined],
  [
    { type: 'system', subtype: 'api_retry', error_status: 529, retry_delay_ms: 700 },
    { type: 'throttled', retryAfterMs: 700 },
  ],
  [{ type: 'system', subtype: 'api_retry', error_status: 400 }, undefined],
  [{ ...result, is_error: true, api_error_status: 429 }, { type: 'throttled' }],
  [{ ...result, is_error: true, api_error_status: 400 }, undefined],
  [result, { type: 'served' }],
  [{ type: 'keep_alive' }, undefined],
])('P06: %j says %j about the rate of requests', (message, signal) => {
  if (signal === undefined) expect(pressureOf(message as Message)).toBeUndefined();
  else expect(pressureOf(message as Message)).toMatchObject(signal);
});

test('P25: costs are differences of a running total, usage counts once per answer, and what is not told is said to be unknown', () => {
  const meter = createSpendMeter();
  const answer = (content: object[], usage?: object): Message =>
    ({ type: 'assistant', message: { id: 'm1', model: 'm', content, ...(usage && { usage }) } }) as unknown as Message;
  expect(meter(answer([{ type: 'text', text: 'x' }], { input_tokens: 10, output_tokens: 5 }))).toEqual({ toolCalls: 0, tokens: 15 });
  expect(meter(answer([{ type: 'tool_use' }], { input_tokens: 10, output_tokens: 5 }))).toEqual({ toolCalls: 1 });
  expect(meter({ ...result, total_cost_usd: 0.1 })).toEqual({ turns: 1, usd: 0.1 });
  expect(meter({ ...result, total_cost_usd: 0.25 })?.usd).toBeCloseTo(0.15);
  expect(meter(result)).toEqual({ turns: 1, unknown: ['usd'] });
  expect(meter(answer([]))).toMatchObject({ unknown: ['tokens'] });
});

test('P25: a conversation that begins anew costs from nothing again, and none of it is free', () => {
  const meter = createSpendMeter();
  expect(meter({ ...result, total_cost_usd: 0.5 })).toEqual({ turns: 1, usd: 0.5 });
  expect(meter({ type: 'conversation_reset', new_conversation_id: 'c', session_id: 's' })).toBeUndefined();
  expect(meter({ ...result, total_cost_usd: 0 })).toEqual({ turns: 1, usd: 0 });
  expect(meter({ ...result, total_cost_usd: 0.25 })).toEqual({ turns: 1, usd: 0.25 });
});

test('the fill of the context comes from the last result, or is unknown', () => {
  const usage = { input_tokens: 100, cache_read_input_tokens: 39_900, output_tokens: 10_000 };
  const model = {
    inputTokens: 0,
    outputTokens: 0,
    cacheReadInputTokens: 0,
    cacheCreationInputTokens: 0,
    costUSD: 0,
    contextWindow: 200_000,
  };
  expect(contextPercentOf({ ...result, usage, modelUsage: { m: model } })).toBe(25);
  expect(contextPercentOf(result)).toBeUndefined();
});

test('P08: a rotating token is renewed exactly once per expiry, however many ask', async () => {
  let nowMs = 0;
  let renewals = 0;
  const source = createCredentialSource(
    async () => {
      renewals += 1;
      await settle(5);
      return { credential: { oauthToken: `token-${renewals}` }, expiresAtEpochMs: nowMs + 600_000 };
    },
    () => nowMs,
  );
  const ask = async (): Promise<unknown[]> => [
    ...new Set((await Promise.all(Array.from({ length: 30 }, () => source()))).map((one) => JSON.stringify(one))),
  ];
  expect(await ask()).toEqual(['{"oauthToken":"token-1"}']);
  nowMs = 500_000;
  expect(await ask()).toEqual(['{"oauthToken":"token-1"}']);
  nowMs = 599_000;
  expect(await ask()).toEqual(['{"oauthToken":"token-2"}']);
  expect(renewals).toBe(2);
});

test('P08: a renewal that failed is tried again by the next who asks', async () => {
  let call = 0;
  const source = createCredentialSource(async () => {
    call += 1;
    if (call === 1) throw new Error('offline');
    return { credential: { apiKey: 'k' } };
  });
  await expect(source()).rejects.toThrow('offline');
  await expect(source()).resolves.toEqual({ apiKey: 'k' });
});

test('P08: starts that share a place come one after the other, and one that gives up does not hold up the rest', async () => {
  const order: string[] = [];
  const never = new AbortController().signal;
  const first = await lockStart('place', never);
  const abort = new AbortController();
  const second = lockStart('place', abort.signal).catch(() => order.push('second gave up'));
  const third = lockStart('place', never).then((unlock) => {
    order.push('third');
    unlock();
  });
  const elsewhere = await lockStart('other place', never);
  elsewhere();
  abort.abort();
  await second;
  expect(order).toEqual(['second gave up']);
  first();
  await third;
  expect(order).toEqual(['second gave up', 'third']);
});
