import { expect, test } from 'vitest';
import { runTasks, type PoolEvent } from '../../../src/index.ts';
import { collect, type Collected } from '../../support/tasks/collect.ts';
import { stubPool, type StubPool } from '../../support/tasks/stub-sessions.ts';

interface Run extends Collected {
  readonly stub: StubPool;
  readonly restarts: readonly PoolEvent[];
}

/** One task without retries, in a pool whose first workers die as soon as they are warm, before anybody has them. */
async function withEarlyDeaths(deaths: number): Promise<Run> {
  const stub = stubPool(() => undefined, { size: 1, random: () => 0, restart: { backoff: () => 0 } });
  const restarts: PoolEvent[] = [];
  stub.pool.events$.subscribe((event) => {
    if (event.type === 'worker-ready' && stub.made.length <= deaths) stub.made.at(-1)!.die(new Error(`flash ${stub.made.length}`));
    if (event.type === 'worker-restarting') restarts.push(event);
  });
  const collected = await collect(runTasks(stub.pool, [{ id: 'a', prompt: 'hello' }], { retries: 0, backoff: () => 0 }));
  return { ...collected, stub, restarts };
}

test('P10 workers that die early are held against their key, not against the task that waits: it has no retries and needs none', async () => {
  const { result, events, restarts, stub } = await withEarlyDeaths(3);
  expect(result('a')).toMatchObject({ success: true, output: 'hello', attempts: 1 });
  expect(events.map(({ type }) => type)).not.toContain('task-retried');
  expect(restarts.map(({ attempt, cause }) => [attempt, (cause as Error).message])).toEqual([
    [1, 'flash 1'],
    [2, 'flash 2'],
    [3, 'flash 3'],
  ]);
  expect(stub.made).toHaveLength(4);
  expect(stub.made.slice(0, 3).flatMap(({ prompts }) => prompts)).toEqual([]);
  await stub.pool.close();
});

test('P10 control: the key has four, and then it is the key that is given up', async () => {
  const { result, restarts, stub } = await withEarlyDeaths(4);
  expect(result('a')).toMatchObject({ success: false, status: 'failed', error: { code: 'RESTARTS_EXHAUSTED' } });
  expect(restarts).toHaveLength(3);
  expect(stub.made).toHaveLength(4);
  await stub.pool.close();
});

test('P10 a worker that is shot at work is held against its task, and not against the key', async () => {
  const stub = stubPool(
    () => {
      throw new Error('shot');
    },
    { size: 1, random: () => 0 },
  );
  const restarts: PoolEvent[] = [];
  stub.pool.events$.subscribe((event) => (event.type === 'worker-restarting' ? restarts.push(event) : undefined));
  const tasks = Array.from({ length: 12 }, (_, index) => ({ id: `t${index}`, prompt: 'p' }));
  const { results } = await collect(runTasks(stub.pool, tasks, { retries: 3, backoff: () => 0 }));
  expect(results.map(({ status, attempts }) => [status, attempts])).toEqual(tasks.map(() => ['unknown', 1]));
  expect(restarts).toEqual([]);
  expect(stub.pool.snapshot().counters).toMatchObject({ startFailures: 0, abandoned: 0 });
  await stub.pool.close();
});
