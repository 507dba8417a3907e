import { ExitError, LimitError } from '@subwire/core';
import { resumable, type Numbered } from '@subwire/core/operators';
import { setImmediate as turn } from 'node:timers/promises';
import { take } from 'rxjs';
import { expect, test } from 'vitest';
import { runTasks, type AgentTask, type RunTasksOptions, type TaskEvent } from '../../../src/index.ts';
import { collect, sleep, until } from '../../support/tasks/collect.ts';
import { assistantText, stubPool, toolUse } from '../../support/tasks/stub-sessions.ts';

const many = (count: number, more: Partial<AgentTask> = {}): AgentTask[] =>
  Array.from({ length: count }, (_, index) => ({ id: `t${index}`, prompt: `p${index}`, ...more }));
const crash = (): ExitError =>
  new ExitError({
    code: 'EXIT_SIGNAL',
    message: 'The process was ended by SIGKILL.',
    exitCode: null,
    signal: 'SIGKILL',
    stderrTail: [],
    phase: 'running',
  });
const quick: RunTasksOptions = { backoff: () => 0 };

test('P14 of 1000 tasks exactly 4 are at work at once, and each gets the answer to its own prompt', async () => {
  const stub = stubPool(async () => {
    await turn();
    return undefined;
  });
  const { results, events } = await collect(runTasks(stub.pool, many(1000)));
  expect(stub.peak).toBe(4);
  expect(results).toHaveLength(1000);
  expect(results.every(({ success, index, output, attempts }) => success && output === `p${index}` && attempts === 1)).toBe(true);
  expect(new Set(events.map(({ lane }) => lane))).toEqual(new Set([undefined, 0, 1, 2, 3]));
  await stub.pool.close();
});

test('P47 sixteen at once make no warning of leaked listeners', async () => {
  const warnings: string[] = [];
  const note = ({ message }: Error): number => warnings.push(message);
  process.on('warning', note);
  const stub = stubPool(() => sleep(2), { size: 16 });
  const { results } = await collect(runTasks(stub.pool, many(64), { concurrency: 16 }));
  await sleep(5);
  process.off('warning', note);
  expect(results.every(({ success }) => success)).toBe(true);
  expect(stub.peak).toBe(16);
  expect(warnings.filter((warning) => warning.includes('Listeners'))).toEqual([]);
  await stub.pool.close();
});

test('results come in completion order, or in input order if that is asked for', async () => {
  const answer = (prompt: string): Promise<object | undefined> => sleep(prompt === 'p0' ? 60 : 1).then(() => undefined);
  const one = stubPool(answer);
  const byCompletion = await collect(runTasks(one.pool, many(8)));
  expect(byCompletion.results.at(-1)?.id).toBe('t0');
  const other = stubPool(answer);
  const byInput = await collect(runTasks(other.pool, many(8), { order: 'input' }));
  expect(byInput.results.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  await Promise.all([one.pool.close(), other.pool.close()]);
});

test('one failure hides no other result; a failed result of subtype success is a failure as well (P45)', async () => {
  const stub = stubPool((prompt) => {
    if (prompt === 'p1') throw crash();
    if (prompt === 'p2') return { is_error: true, result: 'API Error: 529', api_error_status: 529 };
    if (prompt === 'p3')
      return { subtype: 'error_max_turns', is_error: true, result: undefined, errors: ['Reached maximum number of turns'] };
    return undefined;
  });
  const { result, error, results } = await collect(runTasks(stub.pool, many(6), quick));
  expect(error).toBeUndefined();
  expect(results).toHaveLength(6);
  expect(result('t1')).toMatchObject({ status: 'unknown', error: { code: 'OUTCOME_UNKNOWN', causes: [{ code: 'EXIT_SIGNAL' }] } });
  expect(result('t2')).toMatchObject({
    status: 'failed',
    error: { code: 'RESULT_ERROR', message: 'API Error: 529' },
    output: 'API Error: 529',
  });
  expect(result('t3')).toMatchObject({ status: 'failed', error: { message: 'Reached maximum number of turns' } });
  expect(['t0', 't4', 't5'].every((id) => result(id).success)).toBe(true);
  await stub.pool.close();
});

test('fail-fast: the first failure cancels what runs, and everything else settles as cancelled', async () => {
  const stub = stubPool(async (prompt) => {
    if (prompt === 'p2') return { is_error: true, result: 'no' };
    await sleep(60_000);
    return undefined;
  });
  const { results, result, error } = await collect(runTasks(stub.pool, many(50), { failFast: true }));
  expect(error).toBeUndefined();
  expect(results).toHaveLength(50);
  expect(result('t2').status).toBe('failed');
  expect(results.filter(({ status }) => status === 'cancelled')).toHaveLength(49);
  expect(result('t0')).toMatchObject({ attempts: 1, error: { code: 'TASK_CANCELLED' } });
  expect(stub.working).toBe(0);
  await stub.pool.close();
});

test('the time of a task begins with its prompt, not with its wait, and a timeout keeps what was said', async () => {
  const stub = stubPool(
    async (prompt, { say }) => {
      if (prompt !== 'p2') return sleep(150);
      say(assistantText('half of it'));
      return sleep(60_000);
    },
    { size: 1 },
  );
  const { result } = await collect(runTasks(stub.pool, many(3), { timeoutMs: 400 }));
  expect(result('t1')).toMatchObject({ success: true });
  expect(result('t1').waitedMs).toBeGreaterThanOrEqual(140);
  expect(result('t2')).toMatchObject({ status: 'failed', output: 'half of it', error: { code: 'TIME_LIMIT' } });
  expect(result('t2').durationMs).toBeGreaterThanOrEqual(395);
  expect(stub.working).toBe(0);
  await stub.pool.close();
});

test('what was never written is repeated for everybody; what was written only if the task allows it', async () => {
  let crashes = 0;
  const stub = stubPool((prompt) => {
    if (prompt.includes('crash') && crashes < 1) {
      crashes += 1;
      throw crash();
    }
    return undefined;
  });
  const { result, events } = await collect(runTasks(stub.pool, [{ id: 'a', prompt: 'crash', idempotent: true }], quick));
  expect(result('a')).toMatchObject({ success: true, attempts: 2 });
  expect(events.filter(({ type }) => type === 'task-retried')).toHaveLength(1);
  crashes = 0;
  const resumed = await collect(runTasks(stub.pool, [{ id: 'a', prompt: 'crash', resumable: true }], { ...quick, session: {} }));
  expect(resumed.result('a')).toMatchObject({ success: true, attempts: 2 });
  const [, second] = stub.made.filter(({ prompts }) => prompts.some((prompt) => prompt.includes('crash'))).slice(-2);
  expect(second?.prompts.at(-1)).toMatch(/was lost[\s\S]*crash/);
  await stub.pool.close();
});

test('P29 a task that was running in two crashes is quarantined with both causes', async () => {
  const stub = stubPool((prompt, { say }) => {
    if (prompt !== 'p1') return undefined;
    say(toolUse());
    throw crash();
  });
  const { result, results } = await collect(runTasks(stub.pool, many(8, { idempotent: true }), { ...quick, retries: 9 }));
  expect(result('t1')).toMatchObject({ status: 'quarantined', attempts: 2, error: { code: 'TASK_QUARANTINED' } });
  expect(result('t1').error?.causes?.map(({ code }) => code)).toEqual(['EXIT_SIGNAL', 'EXIT_SIGNAL']);
  expect(results.filter(({ success }) => success)).toHaveLength(7);
  await stub.pool.close();
});

test('retries are bounded, and the result says what each attempt failed with', async () => {
  const waits: number[] = [];
  const stub = stubPool(() => ({ is_error: true, result: 'overloaded', api_error_status: 529 }));
  const backoff = (attempt: number): number => {
    waits.push(attempt);
    return 1;
  };
  const { result } = await collect(runTasks(stub.pool, [{ id: 'a', prompt: 'x', idempotent: true }], { retries: 2, backoff }));
  expect(result('a')).toMatchObject({ status: 'failed', attempts: 3, error: { code: 'RESULT_ERROR', causes: [{}, {}] } });
  expect(waits).toEqual([1, 2]);
  await stub.pool.close();
});

test('dependencies run as a graph; what waits for a failed task is skipped with its cause', async () => {
  const order: string[] = [];
  const stub = stubPool((prompt) => {
    order.push(prompt);
    return prompt === 'b' ? { is_error: true, result: 'no' } : undefined;
  });
  const { result } = await collect(
    runTasks(stub.pool, [
      { id: 'e', prompt: 'e', after: ['d'] },
      { id: 'd', prompt: 'd', after: ['b', 'c'] },
      { id: 'c', prompt: 'c', after: ['a'] },
      { id: 'b', prompt: 'b', after: ['a'] },
      { id: 'a', prompt: 'a' },
    ]),
  );
  expect(order[0]).toBe('a');
  expect(order).toHaveLength(3);
  expect(result('c').success).toBe(true);
  expect(result('d')).toMatchObject({
    status: 'skipped',
    attempts: 0,
    error: { code: 'TASK_SKIPPED', causes: [{ code: 'RESULT_ERROR' }] },
  });
  expect(result('e')).toMatchObject({ status: 'skipped', error: { causes: [{ code: 'TASK_SKIPPED' }] } });
  await stub.pool.close();
});

test.each([
  [
    'a cycle',
    [
      { id: 'a', prompt: '', after: ['b'] },
      { id: 'b', prompt: '', after: ['a'] },
    ],
    /circle: (a -> b -> a|b -> a -> b)/,
  ],
  ['an unknown id', [{ id: 'a', prompt: '', after: ['x'] }], /'a' waits for 'x'/],
  ['a duplicate id', [...many(3), { id: 't0', prompt: '' }], /Two tasks have the id 't0'/],
  ['no id', [{ id: '', prompt: '' }], /needs an id/],
  ['a context that is no JSON', [{ id: 'a', prompt: '', context: 1n }], /cannot be written as JSON/],
])('%s is an error before anything starts', async (_, tasks, message) => {
  const stub = stubPool(() => undefined);
  const { error, events } = await collect(runTasks(stub.pool, tasks));
  expect(error).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringMatching(message) as string });
  expect(events).toEqual([]);
  expect(stub.made).toEqual([]);
  await stub.pool.close();
});

test.each([
  { concurrency: 0 },
  { retries: -1 },
  { timeoutMs: 0 },
  { order: 'any' },
  { budget: { gold: 1 } },
  { speed: 1 },
  { journal: '' },
])('options are checked: %j', async (options) => {
  const stub = stubPool(() => undefined);
  const { error } = await collect(runTasks(stub.pool, many(1), options as RunTasksOptions));
  expect(error).toMatchObject({ code: 'INVALID_OPTION', option: expect.stringContaining(Object.keys(options)[0] as string) as string });
  await stub.pool.close();
});

test('from an endless source tasks are taken only as they are needed, and leaving ends it', async () => {
  const stub = stubPool(() => sleep(1));
  let taken = 0;
  let isClosed = false;
  function* endless(): Generator<AgentTask> {
    try {
      for (;;) {
        taken += 1;
        yield { id: `t${taken}`, prompt: 'x' };
      }
    } finally {
      isClosed = true;
    }
  }
  let settled = 0;
  await new Promise<void>((resolve) => {
    const subscription = runTasks(stub.pool, endless()).subscribe(({ type }) => {
      if (type === 'task-settled') settled += 1;
      expect(taken).toBeLessThanOrEqual(settled + 4 + 4 + 1);
      if (settled < 200) return;
      subscription.unsubscribe();
      resolve();
    });
  });
  await until(() => stub.working === 0 && isClosed);
  expect(taken).toBeLessThanOrEqual(209);
  await stub.pool.close();
});

test('a source that is async, fails, repeats an id or closes a circle: what was accepted is finished, then the stream errors', async () => {
  const stub = stubPool(() => sleep(5));
  async function* failing(): AsyncGenerator<AgentTask> {
    yield* many(3);
    await sleep(1);
    throw new Error('source broke');
  }
  const broken = await collect(runTasks(stub.pool, failing()));
  expect(broken.error).toMatchObject({ message: 'source broke' });
  expect(broken.results.filter(({ success }) => success)).toHaveLength(3);
  const twice = await collect(runTasks(stub.pool, [...many(3), ...many(1)][Symbol.iterator]()));
  expect(twice.error).toMatchObject({ code: 'INVALID_OPTION', option: 'id' });
  expect(twice.results).toHaveLength(3);
  const circle = await collect(
    runTasks(
      stub.pool,
      [
        { id: 'a', prompt: '', after: ['b'] },
        { id: 'c', prompt: '' },
        { id: 'b', prompt: '', after: ['a'] },
      ].values(),
    ),
  );
  expect(circle.error).toMatchObject({ code: 'INVALID_OPTION', option: 'after' });
  expect(circle.result('c').success).toBe(true);
  expect(circle.result('a').status).toBe('cancelled');
  const unknown = await collect(runTasks(stub.pool, [{ id: 'a', prompt: '', after: ['zz'] }, ...many(2)].values()));
  expect(unknown.error).toMatchObject({ message: expect.stringContaining("'a' waits for 'zz'") as string });
  expect(unknown.results.map(({ status }) => status).sort()).toEqual(['cancelled', 'done', 'done']);
  await stub.pool.close();
});

test('P34 a reader that iterates holds the run back, and leaving its loop ends the run', async () => {
  const stub = stubPool((_, { say }) => {
    for (let index = 0; index < 100; index += 1) say(assistantText('x'));
    return undefined;
  });
  let taken = 0;
  function* endless(): Generator<AgentTask> {
    for (;;) {
      taken += 1;
      yield { id: `t${taken}`, prompt: 'x' };
    }
  }
  let seen = 0;
  for await (const { type } of runTasks(stub.pool, endless())) {
    if (type === 'task-settled') seen += 1;
    if (type === 'task-settled' && seen === 1) {
      await sleep(100);
      expect(taken).toBeLessThan(25);
    }
    if (seen === 20) break;
  }
  expect(stub.working).toBe(0);
  expect(taken).toBeLessThan(60);
  await stub.pool.close();
});

test('P35 a run goes on for one who comes back, and gives what was missed once; for one who does not it ends', async () => {
  const stub = stubPool(() => sleep(20));
  const run = resumable(runTasks(stub.pool, many(20), { messages: false }), { onLastUnsubscribe: { graceMs: 30_000 } });
  const seen: (readonly [number, string | undefined])[] = [];
  const note = (item: Numbered<TaskEvent>): number => seen.push([item.sequence, item.kind === 'item' ? item.value.type : item.kind]);
  await run.after().pipe(take(30)).forEach(note);
  await run.after(30).forEach(note);
  expect(seen.map(([sequence]) => sequence)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  expect(seen.filter(([, type]) => type === 'task-settled')).toHaveLength(20);
  const left = resumable(runTasks(stub.pool, [{ id: 'a', prompt: 'x' }]), { onLastUnsubscribe: { graceMs: 1 } });
  await left
    .after()
    .pipe(take(2))
    .forEach(() => {});
  await until(() => stub.working === 0 && left.state === 'ended');
  await stub.pool.close();
});

test('a slow taker of results holds the next tasks back, and what it throws ends the run after the rest', async () => {
  const stub = stubPool(() => undefined);
  let open = 0;
  let most = 0;
  const onResult = async ({ id }: { readonly id: string }): Promise<void> => {
    open += 1;
    most = Math.max(most, open);
    await sleep(2);
    open -= 1;
    if (id === 't3') throw new Error('disk full');
  };
  const { error, results } = await collect(runTasks(stub.pool, many(40), { onResult, concurrency: 2 }));
  expect(most).toBeLessThanOrEqual(4);
  expect(error).toMatchObject({ message: 'disk full' });
  expect(results).toHaveLength(40);
  await stub.pool.close();
});

test('priority decides who goes first', async () => {
  const order: string[] = [];
  const stub = stubPool((prompt) => void order.push(prompt), { size: 1 });
  const tasks = [5, 9, 0, 3].map((priority) => ({ id: `p${priority}`, prompt: String(priority), priority }));
  await collect(runTasks(stub.pool, tasks, { concurrency: 1 }));
  expect(order).toEqual(['0', '3', '5', '9']);
  await stub.pool.close();
});

test('the signal ends everything: all settle as cancelled, and the stream errors with its reason', async () => {
  const stub = stubPool(() => sleep(60_000));
  const controller = new AbortController();
  const reason = new Error('enough');
  const running = collect(runTasks(stub.pool, many(10), { signal: controller.signal }));
  await until(() => stub.working === 4);
  controller.abort(reason);
  const { results, error } = await running;
  expect(error).toBe(reason);
  expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 'cancelled'));
  expect(stub.working).toBe(0);
  const early = await collect(runTasks(stub.pool, many(10), { signal: controller.signal }));
  expect(early).toMatchObject({ error: reason, events: [] });
  await stub.pool.close();
});

test('P25 a budget of the run stops all work, keeps what was said, and settles the rest with its code', async () => {
  const stub = stubPool(async (prompt, { say }) => {
    say(assistantText(`part of ${prompt}`));
    if (prompt === 'p0' || prompt === 'p1') return { total_cost_usd: 0.2 };
    await sleep(60_000);
    return undefined;
  });
  const { results, result, error } = await collect(runTasks(stub.pool, many(20), { budget: { usd: 0.35 } }));
  expect(error).toBeUndefined();
  expect(results).toHaveLength(20);
  expect(result('t0')).toMatchObject({ success: true, usage: { usd: 0.2, turns: 1 } });
  expect(result('t1').success).toBe(true);
  expect(result('t2')).toMatchObject({ status: 'cancelled', output: 'part of p2', error: { code: 'BUDGET_EXCEEDED' } });
  expect(result('t19')).toMatchObject({ status: 'cancelled', attempts: 0, error: { code: 'BUDGET_EXCEEDED' } });
  await stub.pool.close();
});

test('a budget of time ends the run as well, and no timer of it is left when the run is over before', async () => {
  const stub = stubPool((prompt) => sleep(prompt === 'p0' ? 1 : 60_000));
  const { result, results } = await collect(runTasks(stub.pool, many(8), { budget: { wallMs: 100 } }));
  expect(result('t0').success).toBe(true);
  expect(results.filter(({ error }) => error?.code === 'BUDGET_EXCEEDED')).toHaveLength(7);
  const early = await collect(runTasks(stub.pool, [{ id: 'a', prompt: 'p0' }], { budget: { wallMs: 600_000 } }));
  expect(early.result('a').success).toBe(true);
  await stub.pool.close();
});

test('the budget of one task ends that task alone; an amount that nobody told stays unknown (P44)', async () => {
  const stub = stubPool(async (prompt, { say }) => {
    if (prompt !== 'p1') return undefined;
    say(toolUse());
    say(toolUse());
    await sleep(60_000);
    return undefined;
  });
  const tasks = many(3).map((task) => ({ ...task, budget: { toolCalls: 1 } }));
  const { result } = await collect(runTasks(stub.pool, tasks));
  expect(result('t1')).toMatchObject({ status: 'failed', error: { code: 'BUDGET_EXCEEDED' }, usage: { toolCalls: 2, usd: null } });
  expect(result('t0').usage).toEqual({ usd: null, tokens: null, toolCalls: 0, turns: 1 });
  expect(result('t2').success).toBe(true);
  await stub.pool.close();
});

test('a pool that closes settles all tasks, and a worker that is taken away by a limit is no crash of the task', async () => {
  const closing = stubPool(() => sleep(60_000));
  const running = collect(runTasks(closing.pool, many(6)));
  await until(() => closing.working === 4);
  await closing.pool.close({ graceMs: 0 });
  const { results } = await running;
  expect(results.map(({ status, error }) => [status, error?.code])).toEqual(
    Array.from({ length: 6 }, () => ['cancelled', 'TASK_CANCELLED']),
  );
  const limited = stubPool((_, { die }) => {
    die(new LimitError({ code: 'MEMORY_LIMIT', limit: 1, message: 'Too much memory.' }));
    return sleep(60_000);
  });
  const { result } = await collect(runTasks(limited.pool, [{ id: 'a', prompt: 'x', idempotent: true }], quick));
  expect(result('a')).toMatchObject({ status: 'failed', attempts: 1, error: { code: 'MEMORY_LIMIT' } });
  await limited.pool.close();
});
