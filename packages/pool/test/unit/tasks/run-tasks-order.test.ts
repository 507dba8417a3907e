import { resumable, type Numbered } from '@subwire/core/operators';
import { take } from 'rxjs';
import { expect, test } from 'vitest';
import { runTasks, type AgentTask, type RunTasksOptions, type TaskEvent } from '../../../src/index.ts';
import { collect, sleep, until } from '../../support/tasks/collect.ts';
import { assistantText, stubPool } from '../../support/tasks/stub-sessions.ts';

const many = (count: number, more: Partial<AgentTask> = {}): AgentTask[] =>
  Array.from({ length: count }, (_, index) => ({ id: `t${index}`, prompt: `p${index}`, ...more }));

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
