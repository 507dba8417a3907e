import { ExitError } from '@subwire/core';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runTasks, type AgentTask, type RunTasksOptions } from '../../../src/index.ts';
import { collect, sleep } from '../../support/tasks/collect.ts';
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
