import { filter, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { openSession, query } from '@subwire/core';
import { textOf } from '@subwire/core/operators';
import { endOf, handshake, inMemory, openInMemory, quick } from './in-memory.ts';

describe('P02 the run always ends', () => {
  const clocks = { initMs: 200, firstOutputMs: 200, silenceMs: { model: 200 }, lingerMs: 200 };
  test.each([
    ['never-init', { code: 'TIME_LIMIT', clock: 'init' }],
    ['never-result', { code: 'TIME_LIMIT', clock: 'silence.model' }],
    ['result-then-hang', { code: 'TIME_LIMIT', clock: 'linger' }],
    ['eof-without-result', { code: 'EXIT_EARLY', exitCode: 0 }],
    ['hang-with-heartbeat', { code: 'TIME_LIMIT', clock: 'first-output' }],
  ] as const)('%s', async (name, expected) => {
    const { options } = inMemory({ faults: [{ name }] });
    const { ms, error } = await endOf(lastValueFrom(query('hello', { ...options, ...quick, clocks })));
    expect(error).toMatchObject(expected);
    expect(ms).toBeLessThan(1200);
  });

  test('a good run ends without an error although every clock is short', async () => {
    const { options } = inMemory({ reply: 'fine' });
    expect(await lastValueFrom(query('hello', { ...options, clocks }).pipe(textOf(), toArray()))).toEqual(['fine']);
  });

  test('the whole has a clock of its own', async () => {
    const { options } = inMemory({ turns: [{ kind: 'slow', text: 'a b c d '.repeat(50), chunks: 100, chunkDelayMs: 20 }] });
    const { error } = await endOf(
      lastValueFrom(query('hello', { ...options, ...quick, includePartialMessages: true, clocks: { totalMs: 150 } })),
    );
    expect(error).toMatchObject({ code: 'TIME_LIMIT', clock: 'total', limit: 150 });
  });
});

describe('P05 stdin lives for as long as something needs it', () => {
  test('a permission and an MCP call that come after the result are answered, because a task was reported', async () => {
    const { options, sent } = inMemory([
      ...handshake,
      { expect: 'user' },
      { init: {} },
      { task: 'started', task_id: 'b1' },
      { assistant: 'started it' },
      { result: 'started it' },
      { wait: 100 },
      {
        ask: { subtype: 'can_use_tool', tool_name: 'Bash', input: { command: 'ls' }, tool_use_id: 'toolu_1' },
        answered: { behavior: 'allow' },
      },
      { ask: { subtype: 'mcp_message', server_name: 'none', message: { jsonrpc: '2.0', id: 1, method: 'ping' } } },
      { task: 'notification', task_id: 'b1', fields: { status: 'completed' } },
      { init: {} },
      { assistant: 'and done' },
      { result: { result: 'and done', origin: { kind: 'task-notification' } } },
      { expect: 'EOF' },
      { exit: 0 },
    ]);
    const texts = await lastValueFrom(
      query('go', { ...options, onToolUse: async () => ({ behavior: 'allow' }) }).pipe(textOf(), toArray()),
    );
    expect(texts).toEqual(['started it', 'and done']);
    expect(sent().filter((frame) => frame['type'] === 'control_response')).toHaveLength(2);
  });

  test('without anything pending it ends with the result', async () => {
    const { options } = inMemory([...handshake, { expect: 'user' }, { init: {} }, { result: 'ok' }, { expect: 'EOF' }, { exit: 0 }]);
    await lastValueFrom(query('go', options));
  });
});

describe('P09 dropped work is no success', () => {
  test('the default waits for background work and the turn that it starts', async () => {
    const { options } = inMemory({ faults: [{ name: 'background-task', ms: 150 }], reply: 'hello' });
    const results = await lastValueFrom(
      query('go', options).pipe(
        filter((message) => message.type === 'result'),
        toArray(),
      ),
    );
    expect(results.map((result) => (result.type === 'result' ? result.origin?.kind : ''))).toEqual([undefined, 'task-notification']);
  });

  test('a process that ends before is UNFINISHED_BACKGROUND_WORK with the ids, never success', async () => {
    const { options } = inMemory([
      ...handshake,
      { expect: 'user' },
      { init: {} },
      { task: 'started', task_id: 'b1' },
      { result: 'started it' },
      { wait: 20 },
      { exit: 0 },
    ]);
    const { error } = await endOf(lastValueFrom(query('go', options)));
    expect(error).toMatchObject({ code: 'UNFINISHED_BACKGROUND_WORK', taskIds: ['b1'] });
  });

  test('turnEnded and quiescent are told apart, and killing early rejects', async () => {
    const { session } = await openInMemory({ faults: [{ name: 'background-task', ms: 60_000 }] });
    expect(await session.prompt('go').result()).toMatchObject({ is_error: false });
    expect(session.tasks).toHaveLength(1);
    const taskIds = session.tasks;
    const quiescent = session.whenQuiescent();
    quiescent.catch(() => undefined);
    await session.close();
    await expect(quiescent).rejects.toMatchObject({ code: 'UNFINISHED_BACKGROUND_WORK', taskIds });
  });

  test("completion: 'result' does not wait", async () => {
    const { options } = inMemory({ faults: [{ name: 'background-task', ms: 60_000 }] });
    const { ms, error } = await endOf(lastValueFrom(query('go', { ...options, ...quick, completion: 'result' })));
    expect(error).toBeUndefined();
    expect(ms).toBeLessThan(2000);
  });

  test('a task that never ends by its nature is not waited for', async () => {
    const { session } = await openInMemory([
      ...handshake,
      { expect: 'user' },
      { init: {} },
      { task: 'started', task_id: 'm1', fields: { task_type: 'monitor_mcp' } },
      { result: 'ok' },
      { hang: true },
    ]);
    await session.prompt('go').result();
    await session.whenQuiescent();
  });
});

describe('prompts', () => {
  test('the framework is put before the first prompt only, and beforeSend changes each', async () => {
    const { session, sent } = await openInMemory({}, { framework: 'RULES', beforeSend: (text) => text.toUpperCase() });
    await session.prompt('one').result();
    await session
      .prompt({
        content: [
          { type: 'text', text: 'two' },
          { type: 'image', source: {} },
        ],
      })
      .result();
    const contents = sent().flatMap((frame) => (frame['type'] === 'user' ? [frame['message'].content] : []));
    expect(contents).toEqual([
      'RULES\n\nONE',
      [
        { type: 'text', text: 'TWO' },
        { type: 'image', source: {} },
      ],
    ]);
  });

  test('a beforeSend that throws fails its own turn; the next one is sent, in order', async () => {
    const { session } = await openInMemory(
      {},
      { beforeSend: async (text) => (text === 'bad' ? Promise.reject(new Error('refused')) : text) },
    );
    const turns = ['bad', 'good'].map((text) => session.prompt(text));
    await expect(turns[0]!.result()).rejects.toThrow('refused');
    expect(await turns[1]!.result()).toMatchObject({ is_error: false });
  });

  test('a prompt that has no form on the wire fails its own turn', async () => {
    const { session } = await openInMemory();
    await expect(session.prompt({ content: 7 as never }).result()).rejects.toMatchObject({ code: 'INVALID_OUTGOING' });
    expect(await session.prompt('fine').result()).toMatchObject({ is_error: false });
  });

  test('the use is kept turn by turn', async () => {
    const { session } = await openInMemory({ faults: [{ name: 'report-cost', usd: 0.25 }] });
    await session.prompt('one').result();
    await session.prompt('two').result();
    expect(session.usage.costUsd).toBeCloseTo(0.5);
    expect(session.usage.turns.map(({ costUsd }) => costUsd)).toEqual([0.25, 0.25]);
    expect(session.usage.turns[0]!.turnIds).toHaveLength(1);
  });
});

test('P19 a process that ends before initialize is answered rejects at once, with its last words', async () => {
  const { options } = inMemory({ faults: [{ name: 'exit-at', at: 0, code: 1, stderr: 'a bad day' }] });
  const { ms, error } = await endOf(openSession(options));
  expect(error).toMatchObject({ code: 'EXIT_EARLY', exitCode: 1, message: expect.stringContaining('a bad day') });
  expect(ms).toBeLessThan(500);
});
