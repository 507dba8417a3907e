import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  catchError,
  defer,
  EMPTY,
  filter,
  finalize,
  firstValueFrom,
  from,
  ignoreElements,
  lastValueFrom,
  mergeMap,
  of,
  range,
  retry,
  take,
  takeUntil,
  tap,
  timeout,
  TimeoutError,
  timer,
  toArray,
} from 'rxjs';
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

test('query composes: takeUntil and timeout end the process, and retry starts another', async () => {
  const slow = fakeCli({ faults: [{ name: 'never-result' }] });
  await lastValueFrom(query('hello', slow).pipe(takeUntil(timer(400)), ignoreElements()), { defaultValue: undefined });
  await expect(lastValueFrom(query('hello', slow).pipe(timeout({ first: 5000, each: 400 })))).rejects.toThrow(TimeoutError);
  const folder = await mkdtemp(path.join(tmpdir(), 'subwire-retry-'));
  const flaky = fakeCli({ reply: 'at last', faults: [{ name: 'crash-on-input', file: path.join(folder, 'count'), times: 1 }] });
  const errors: unknown[] = [];
  const texts = await lastValueFrom(
    query('hello', flaky).pipe(tap({ error: (cause) => errors.push(cause) }), retry(2), textOf(), toArray()),
  );
  expect(texts.join('')).toBe('at last');
  expect(errors).toHaveLength(1);
  await rm(folder, { recursive: true, force: true });
});

test('query composes: mergeMap runs at most four at once', async () => {
  let alive = 0;
  let most = 0;
  const one = (index: number) =>
    defer(() => {
      most = Math.max(most, ++alive);
      return query(`number ${index}`, fakeCli()).pipe(finalize(() => alive--));
    });
  const results = await lastValueFrom(
    range(0, 6).pipe(
      mergeMap(one, 4),
      filter((message) => message.type === 'result'),
      toArray(),
    ),
  );
  expect(results).toHaveLength(6);
  expect(most).toBe(4);
});

test('P11 a CLI that ignores interrupt, EOF and TERM is killed within 8 s by default, and the outcome is no crash', async () => {
  const faults = [{ name: 'never-result' }, { name: 'ignore-interrupt' }, { name: 'ignore-eof' }, { name: 'ignore-term' }] as const;
  const session = await openSession(fakeCli({ faults }));
  const turn = session.prompt('hello');
  await firstValueFrom(turn.state$.pipe(filter((state) => state === 'running')));
  const startedAt = performance.now();
  const receipt = await session.stop();
  expect(performance.now() - startedAt).toBeLessThan(8000);
  expect(receipt.rungs.slice(0, 4)).toEqual(['interrupt', 'eof', 'term', 'kill']);
  expect(receipt.survivors).toEqual([]);
  await expect(turn.result()).rejects.toMatchObject({ code: 'CLOSED' });
  expect(session.id).toBeDefined();
});

test('P11 a query that is left while the CLI still starts never sends its prompt', async () => {
  const startedAt = performance.now();
  await lastValueFrom(
    query('hello', fakeCli({ faults: [{ name: 'slow-init', ms: 5000 }] })).pipe(takeUntil(timer(100)), ignoreElements()),
    {
      defaultValue: undefined,
    },
  );
  expect(performance.now() - startedAt).toBeLessThan(3000);
});
