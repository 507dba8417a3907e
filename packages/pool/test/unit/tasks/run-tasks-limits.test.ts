import { LimitError } from '@subwire/core';
import { expect, test } from 'vitest';
import { runTasks, type AgentTask, type RunTasksOptions } from '../../../src/index.ts';
import { collect, sleep, until } from '../../support/tasks/collect.ts';
import { assistantText, stubPool, toolUse } from '../../support/tasks/stub-sessions.ts';

const many = (count: number, more: Partial<AgentTask> = {}): AgentTask[] =>
  Array.from({ length: count }, (_, index) => ({ id: `t${index}`, prompt: `p${index}`, ...more }));

const quick: RunTasksOptions = { backoff: () => 0 };

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

test.each([
  ['silence.tool', true, 'done', 2],
  ['silence.model', true, 'done', 2],
  ['silence.tool', false, 'failed', 1],
  ['silence.human', true, 'failed', 1],
  ['total', true, 'failed', 1],
])(
  'an agent that is ended by the clock %s: a task that may be repeated (%s) is %s after %s',
  async (clock, idempotent, status, attempts) => {
    let asked = 0;
    const stub = stubPool((_, { die }) => {
      asked += 1;
      if (asked === 1) die(new LimitError({ code: 'TIME_LIMIT', clock, limit: 1, message: 'Nothing came.' }));
      return {};
    });
    const { result } = await collect(runTasks(stub.pool, [{ id: 'a', prompt: 'x', idempotent }], quick));
    expect(result('a')).toMatchObject({ status, attempts });
    await stub.pool.close();
  },
);
