import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { filter } from 'rxjs/operators';
import { describe, expect, test } from 'vitest';
import { openSession, query, type Retrying } from '@subwire/core';
import { textOf } from '@subwire/core/operators';
import { handshake, inMemory, openInMemory, type Wire } from './in-memory.ts';

const quick = { shutdown: { eofGraceMs: 50, termGraceMs: 50, killGraceMs: 50, drainMs: 20 } };
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function endOf(run: Promise<unknown>): Promise<{ readonly ms: number; readonly error: Wire }> {
  const startedAt = performance.now();
  const error = await run.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return { ms: performance.now() - startedAt, error };
}

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

describe('P26 8 fakes, 8 right verdicts', () => {
  const clocks = { silenceMs: { model: 150, tool: 150, background: 150, human: 150 }, lingerMs: 1000 };
  const begin = [...handshake, { expect: 'user' }, { init: {} }] as const;
  const tool = { assistant: [{ type: 'tool_use', id: 'toolu_1', name: 'Bash', input: {} }] } as const;
  const beat = { wait: 60 } as const;
  const progress = { say: { type: 'tool_progress', tool_use_id: 'toolu_1', tool_name: 'Bash', elapsed_time_seconds: 1 } } as const;
  const alive = { say: { type: 'system', subtype: 'status', status: 'requesting' } } as const;
  const task = { task: 'started', task_id: 'b1' } as const;
  const taskBeat = { task: 'progress', task_id: 'b1' } as const;
  const done = [{ result: 'ok' }, { expect: 'EOF' }, { exit: 0 }] as const;
  const question = { ask: { subtype: 'can_use_tool', tool_name: 'Bash', input: {}, tool_use_id: 'toolu_1' } } as const;

  test.each([
    ['the model, alive', [...begin, beat, alive, beat, alive, beat, alive, beat, ...done], 60, undefined],
    ['the model, wedged', [...begin, { hang: true }], 60, 'silence.model'],
    ['a tool, alive', [...begin, tool, beat, progress, beat, progress, beat, progress, beat, ...done], 60, undefined],
    ['a tool, wedged', [...begin, tool, { hang: true }], 60, 'silence.tool'],
    [
      'background work, alive',
      [
        ...begin,
        task,
        { result: 'ok' },
        beat,
        taskBeat,
        beat,
        taskBeat,
        beat,
        taskBeat,
        { task: 'notification', task_id: 'b1', fields: { status: 'stopped' } },
        { expect: 'EOF' },
        { exit: 0 },
      ],
      60,
      undefined,
    ],
    ['background work, wedged', [...begin, task, { result: 'ok' }, { hang: true }], 60, 'silence.background'],
    ['a person who answers', [...begin, tool, question, ...done], 60, undefined],
    ['a person who does not', [...begin, tool, question, ...done], 60_000, 'silence.human'],
  ] as const)('%s', async (_, steps, answerMs, clock) => {
    const { options } = inMemory(steps);
    const onToolUse = async () => (await wait(answerMs), { behavior: 'allow' as const });
    const { error } = await endOf(lastValueFrom(query('go', { ...options, ...quick, clocks, onToolUse })));
    expect(error?.clock).toBe(clock);
    if (clock === undefined) expect(error).toBeUndefined();
    if (clock === 'silence.tool') expect(error.message).toMatch(/Bash \(toolu_1\), which has run for \d+ ms/);
  });
});

describe('errors carry the words of the CLI, wherever it said them', () => {
  test('in a failed result before the exit', async () => {
    const { options } = inMemory([
      ...handshake,
      { expect: 'user' },
      { result: { subtype: 'error_during_execution', is_error: true, errors: ['No conversation found with session ID: x'] } },
      { exit: 1 },
    ]);
    const { error } = await endOf(lastValueFrom(query('go', options)));
    expect(error).toMatchObject({ code: 'RESULT_ERROR', retryable: false, message: expect.stringContaining('No conversation found') });
  });

  test('on stderr', async () => {
    const { options } = inMemory([...handshake, { expect: 'user' }, { init: {} }, { stderr: 'the disk is full' }, { exit: 3 }]);
    const { error } = await endOf(lastValueFrom(query('go', options)));
    expect(error).toMatchObject({
      code: 'EXIT_NONZERO',
      exitCode: 3,
      phase: 'running',
      message: expect.stringContaining('the disk is full'),
    });
  });

  test('an API failure inside a success, with its status', async () => {
    const { options } = inMemory({ turns: [{ kind: 'error', status: 529 }] });
    const { error } = await endOf(lastValueFrom(query('go', options)));
    expect(error).toMatchObject({ code: 'RESULT_ERROR', apiStatus: 529, retryable: true });
  });

  test('P45 what the agent repeats is said', async () => {
    const { session } = await openInMemory({
      turns: [
        [
          { kind: 'error', status: 529, times: 2 },
          { kind: 'text', text: 'ok' },
        ],
      ],
    });
    const retries: Retrying[] = [];
    session.retries$.subscribe((retrying) => retries.push(retrying));
    await session.prompt('go').result();
    expect(retries.map(({ attempt, status }) => ({ attempt, status }))).toEqual(
      retries.map((_, index) => ({ attempt: index + 1, status: 529 })),
    );
    expect(retries.length).toBeGreaterThan(0);
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
