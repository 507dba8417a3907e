import { lastValueFrom } from 'rxjs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { query, type Retrying } from '@subwire/core';
import { endOf, handshake, inMemory, openInMemory, quick } from './in-memory.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Lets time pass in steps of 10 ms, with time for the streams to deliver what is in them after each. */
async function virtually<T>(run: Promise<T>): Promise<T> {
  let isOver = false;
  void run.finally(() => (isOver = true));
  while (!isOver) {
    await vi.advanceTimersByTimeAsync(10);
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
  return run;
}

afterEach(() => {
  vi.useRealTimers();
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
    // A busy machine must not make the alive look dead.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] });
    const { options } = inMemory(steps);
    const onToolUse = async () => (await wait(answerMs), { behavior: 'allow' as const });
    const { error } = await virtually(endOf(lastValueFrom(query('go', { ...options, ...quick, clocks, onToolUse }))));
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
