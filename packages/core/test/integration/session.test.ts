import { EMPTY, firstValueFrom, from, lastValueFrom, of, toArray } from 'rxjs';
import { catchError, filter, mergeMap, retry, take, tap } from 'rxjs/operators';
import { afterAll, expect, test } from 'vitest';
import { openSession, query } from '@subwire/core';
import { textOf } from '@subwire/core/operators';
import { fakeCli, trackProcesses } from '@subwire/testing';

const guard = trackProcesses();
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

test('query: subscribing starts, the text comes, the result ends it', async () => {
  const texts = await lastValueFrom(query('hello', fakeCli({ reply: 'good morning' })).pipe(textOf(), toArray()));
  expect(texts.join('')).toBe('good morning');
});

test('query with partial messages says the text once, in pieces', async () => {
  const reply = 'one two three four five six '.repeat(20);
  const texts = await lastValueFrom(query('hello', { ...fakeCli({ reply }), includePartialMessages: true }).pipe(textOf(), toArray()));
  expect(texts.join('')).toBe(reply);
  expect(texts.length).toBeGreaterThan(1);
});

test('query is cold: two subscriptions are two processes', async () => {
  const query$ = query('hello', fakeCli()).pipe(filter((message) => message.type === 'system' && message.subtype === 'init'));
  const sessions = await lastValueFrom(
    from([1, 2]).pipe(
      mergeMap(() => query$),
      toArray(),
    ),
  );
  expect(new Set(sessions.map((message) => 'session_id' in message && message.session_id)).size).toBe(2);
});

test('unsubscribing ends the process', async () => {
  const first = await firstValueFrom(query('hello', fakeCli({ faults: [{ name: 'never-result' }] })));
  expect(first).toBeDefined();
});

test('a query whose input is an Observable answers each prompt', async () => {
  const results = await lastValueFrom(
    query(of('one', 'two'), fakeCli()).pipe(
      filter((message) => message.type === 'result'),
      toArray(),
    ),
  );
  expect(results.length).toBeGreaterThan(0);
});

test('an abort ends the query with its own reason', async () => {
  const controller = new AbortController();
  const run = lastValueFrom(
    query('hello', { ...fakeCli({ faults: [{ name: 'never-result' }] }), signal: controller.signal }).pipe(
      tap(() => controller.abort(new Error('enough'))),
    ),
  );
  await expect(run).rejects.toThrow('enough');
});

test('a failed start is an error of the stream that retry sees', async () => {
  let tries = 0;
  await lastValueFrom(
    query('hello', { command: '/nowhere/claude' }).pipe(
      catchError((cause: unknown) => {
        tries++;
        throw cause;
      }),
      retry(2),
      catchError(() => EMPTY),
    ),
    { defaultValue: undefined },
  );
  expect(tries).toBe(3);
});

test('a session answers turns in order, each with its own result and text', async () => {
  await using session = await openSession(fakeCli());
  expect(session.info).toHaveProperty('commands');
  for (const word of ['alpha', 'beta']) {
    const turn = session.prompt(word);
    const [text, states, result] = await Promise.all([
      lastValueFrom(turn.text$.pipe(toArray())),
      lastValueFrom(turn.state$.pipe(toArray())),
      turn.result(),
    ]);
    expect(text.join('')).toContain(word);
    expect(result.user_message_uuids).toEqual([turn.id]);
    expect(states.at(-1)).toBe('settled');
  }
  expect(session.id).toMatch(/^[0-9a-f-]{36}$/);
});

test('prompts that the CLI merges into one turn settle with the result that names them', async () => {
  await using session = await openSession(fakeCli());
  const turns = ['one', 'two', 'three'].map((word) => session.prompt(word));
  const results = await Promise.all(turns.map((turn) => turn.result()));
  for (const [index, turn] of turns.entries()) expect(results[index]!.user_message_uuids).toContain(turn.id);
});

test('control: model, mode, status and interrupt are answered', async () => {
  await using session = await openSession(fakeCli());
  await session.setModel('claude-haiku-4-5');
  await session.setPermissionMode('plan');
  expect(await session.mcpStatus()).toMatchObject({ mcpServers: [] });
  await session.interrupt();
  await expect(session.control.request('no_such_thing', {})).rejects.toMatchObject({ code: 'CONTROL_REJECTED', subtype: 'no_such_thing' });
});

test('an interrupted turn resolves with its error result, and the session goes on', async () => {
  await using session = await openSession({ ...fakeCli({ faults: [{ name: 'never-result' }] }), includePartialMessages: true });
  const turn = session.prompt('hello');
  await firstValueFrom(
    turn.state$.pipe(
      filter((state) => state === 'running'),
      take(1),
    ),
  );
  await turn.interrupt();
  expect(await turn.result()).toMatchObject({ subtype: 'error_during_execution', is_error: true });
});

test('closing while a turn runs goes straight to TERM, and the turn rejects', async () => {
  const session = await openSession(fakeCli({ faults: [{ name: 'never-result' }] }));
  const turn = session.prompt('hello');
  const receipt = await session.close();
  expect(receipt.rungs[0]).toBe('term');
  expect(receipt.exit).toEqual({ code: 143, signal: null });
  await expect(turn.result()).rejects.toMatchObject({ code: 'CLOSED' });
});
