import { describe, expect, it } from 'vitest';
import { startFakeApi, type ApiReply } from '../../../src/index.ts';
import { ask, readStream, assemble } from './ask.ts';

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
