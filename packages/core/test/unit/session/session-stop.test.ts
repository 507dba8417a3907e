import { filter, firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { query } from '@subwire/core';
import { handshake, inMemory, openInMemory, quick } from './in-memory.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('P11 stop stops', () => {
  test('a running turn is interrupted, and EOF is enough', async () => {
    const { session } = await openInMemory({ faults: [{ name: 'never-result' }] });
    const turn = session.prompt('hello');
    await firstValueFrom(turn.state$.pipe(filter((state) => state === 'running')));
    const receipt = await session.stop();
    expect(receipt.rungs).toEqual(['interrupt', 'eof']);
    expect(session.id).toMatch(/^[0-9a-f-]{36}$/);
    await expect(session.prompt('again').result()).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('a CLI that ignores interrupt, EOF and TERM is killed within the bounds, and the outcome is no crash', async () => {
    const faults = [{ name: 'never-result' }, { name: 'ignore-interrupt' }, { name: 'ignore-eof' }, { name: 'ignore-term' }] as const;
    const { session } = await openInMemory({ faults });
    const turn = session.prompt('hello');
    const states: string[] = [];
    session.messages$.subscribe({ error: () => states.push('error'), complete: () => states.push('complete') });
    await firstValueFrom(turn.state$.pipe(filter((state) => state === 'running')));
    const { id } = session;
    const startedAt = performance.now();
    const receipt = await session.stop({ rungMs: 100 });
    expect(receipt.rungs).toEqual(['interrupt', 'eof', 'term', 'kill']);
    expect(performance.now() - startedAt).toBeLessThan(1500);
    await expect(turn.result()).rejects.toMatchObject({ code: 'CLOSED' });
    expect(states).toEqual(['complete']);
    expect(session.id).toBe(id);
  });

  test('an idle session needs no interrupt', async () => {
    const { session } = await openInMemory();
    expect((await session.stop()).rungs).toEqual(['eof']);
  });

  test('a stop before the answer to initialize never starts the turn', async () => {
    const { options, sent } = inMemory({ faults: [{ name: 'never-init' }] });
    const subscription = query('hello', { ...options, ...quick }).subscribe({ error: () => undefined });
    await wait(50);
    subscription.unsubscribe();
    await wait(50);
    expect(sent().some((frame) => frame['type'] === 'user')).toBe(false);
  });

  test('a prompt that is still being prepared is not sent after a stop', async () => {
    const { session, sent } = await openInMemory({}, { beforeSend: async (text) => (await wait(50), text) });
    const turn = session.prompt('hello');
    await session.stop();
    await wait(60);
    await expect(turn.result()).rejects.toMatchObject({ code: 'CLOSED' });
    expect(sent().some((frame) => frame['type'] === 'user')).toBe(false);
  });

  test('a prompt that waits is taken back without touching the one that runs', async () => {
    const { session } = await openInMemory({ faults: [{ name: 'never-result' }] });
    const first = session.prompt('one');
    await firstValueFrom(first.state$.pipe(filter((state) => state === 'running')));
    const second = session.prompt('two');
    await second.interrupt();
    await expect(second.result()).rejects.toMatchObject({ code: 'CONTROL_CANCELED' });
    await first.interrupt();
    expect(await first.result()).toMatchObject({ subtype: 'error_during_execution' });
  });
});

describe('P14 the answer belongs to its question', () => {
  test('a stray result goes to a side channel; the text of the turn is its own', async () => {
    const { session } = await openInMemory({ faults: [{ name: 'stray-result' }], reply: 'the real one' });
    const strays: unknown[] = [];
    session.stray$.subscribe((message) => strays.push(message));
    const turn = session.prompt('hello');
    const [texts, result] = await Promise.all([lastValueFrom(turn.text$.pipe(toArray())), turn.result()]);
    expect(texts.join('')).toBe('the real one');
    expect(result.user_message_uuids).toEqual([turn.id]);
    expect(strays).toHaveLength(1);
    expect(await firstValueFrom(session.diagnostics$.pipe(filter(({ code }) => code === 'STRAY_RESULT')))).toBeDefined();
  });

  test('every state of a turn can be seen', async () => {
    const { session } = await openInMemory({}, { beforeSend: async (text) => text });
    const states = await lastValueFrom(session.prompt('hello').state$.pipe(toArray()));
    expect(states).toEqual(['queued', 'sent', 'running', 'settled']);
  });

  test('a turn that nobody asked for does not settle a prompt that was sent during it', async () => {
    const { session } = await openInMemory([
      ...handshake,
      { expect: 'user' },
      { init: { capabilities: ['msg_lifecycle_v1'] } },
      { assistant: 'about the old task' },
      { result: { result: '', origin: { kind: 'task-notification' } } },
      { init: { capabilities: ['msg_lifecycle_v1'] } },
      { say: { type: 'command_lifecycle', command_uuid: '00000000-0000-4000-8000-000000000001', state: 'started', session_id: 's' } },
      { assistant: 'the answer' },
      { result: { result: 'the answer', user_message_uuids: ['00000000-0000-4000-8000-000000000001'] } },
      { hang: true },
    ]);
    const strays: string[] = [];
    session.stray$.subscribe(({ type }) => strays.push(type));
    const turn = session.prompt({ content: 'question', uuid: '00000000-0000-4000-8000-000000000001' });
    expect((await lastValueFrom(turn.text$.pipe(toArray()))).join('')).toBe('the answer');
    expect(await turn.result()).toMatchObject({ result: 'the answer' });
    expect(strays).toEqual(['system', 'assistant', 'result', 'system']);
  });

  test('text$ says a text once, whether or not it comes in pieces', async () => {
    for (const includePartialMessages of [false, true]) {
      const { session } = await openInMemory(
        { turns: [{ kind: 'slow', text: 'one two three', chunks: 3, chunkDelayMs: 1 }] },
        { includePartialMessages },
      );
      const texts = await lastValueFrom(session.prompt('go').text$.pipe(toArray()));
      expect(texts.join('')).toBe('one two three');
    }
  });
});

describe('P18 a kill in the middle of a tool', () => {
  const inTool = [
    ...handshake,
    { expect: 'user' },
    { init: {} },
    { assistant: [{ type: 'tool_use', id: 'toolu_9', name: 'Bash', input: {} }] },
  ] as const;

  test('marks the session dirty with the open calls, and recovery is explicit', async () => {
    const { session, spawned, sent } = await openInMemory([...inTool, { wait: 30 }, { die: 'SIGKILL' }]);
    const turn = session.prompt('go');
    await expect(turn.result()).rejects.toMatchObject({ code: 'EXIT_SIGNAL', signal: 'SIGKILL', sessionId: expect.stringMatching(/./) });
    expect(session.dirty).toEqual(['toolu_9']);
    const { id } = session;
    expect(session.recover('resume')).toEqual({ resume: id });
    expect(session.recover('fork')).toEqual({ resume: id, forkSession: true });
    expect(session.recover('fresh')).toEqual({});
    // Nothing is sent that could run it again.
    expect(spawned).toHaveLength(1);
    expect(sent().filter((frame) => frame['type'] === 'user')).toHaveLength(1);
  });

  test('an orderly end leaves nothing dirty', async () => {
    const { session } = await openInMemory({
      turns: [
        [
          { kind: 'tool_use', name: 'Read', input: {}, output: 'x' },
          { kind: 'text', text: 'y' },
        ],
      ],
    });
    await session.prompt('go').result();
    await session.close();
    expect(session.dirty).toEqual([]);
  });

  test('a session without an id cannot be resumed', async () => {
    const { session } = await openInMemory();
    expect(() => session.recover('resume')).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});
