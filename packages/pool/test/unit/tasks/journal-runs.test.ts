import { appendFile, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { runTasks, type AgentTask, type RunTasksOptions, type SessionAcquireOptions } from '../../../src/index.ts';
import { openJournal } from '../../../src/tasks/open-journal.ts';
import { collect, sleep, until } from '../../support/tasks/collect.ts';
import { stubPool } from '../../support/tasks/stub-sessions.ts';
import { freshJournals } from '../../support/tasks/journals.ts';

const fresh = freshJournals();
const quick: RunTasksOptions = { backoff: () => 0 };
const abc: readonly AgentTask[] = [
  { id: 'a', prompt: 'a' },
  { id: 'b', prompt: 'b', after: ['a'] },
  { id: 'c', prompt: 'c', after: ['b'] },
];

test('a second run passes on the results of the first, and runs only what is new', async () => {
  const journal = fresh();
  const stub = stubPool((prompt) => (prompt === 'b' ? { is_error: true, result: 'no' } : { total_cost_usd: 0.1 }));
  const first = await collect(runTasks(stub.pool, abc, { journal }));
  expect(first.results.map(({ id, status }) => `${id} ${status}`)).toEqual(['a done', 'b failed', 'c skipped']);
  const before = stub.made.flatMap(({ prompts }) => prompts).length;
  for (const order of ['completion', 'input'] as const) {
    const again = await collect(runTasks(stub.pool, abc, { journal, order }));
    expect(again.result('a')).toEqual({ ...first.result('a'), recovered: true });
    expect(again.result('b')).toMatchObject({ status: 'failed', output: 'no', recovered: true });
    expect(again.result('c')).toMatchObject({ status: 'skipped', attempts: 0 });
  }
  expect(stub.made.flatMap(({ prompts }) => prompts)).toHaveLength(before);
  const more = await collect(runTasks(stub.pool, [{ id: 'd', prompt: 'd', after: ['a'] }], { journal }));
  expect(more.result('d').success).toBe(true);
  await stub.pool.close();
});

test('what a stop has left undone is done by the next run, from a list or from an iterator', async () => {
  const journal = fresh();
  const tasks = Array.from({ length: 10 }, (_, index) => ({ id: `t${index}`, prompt: `p${index}`, idempotent: true }));
  const slow = stubPool((prompt) => (Number(prompt.slice(1)) < 3 ? undefined : sleep(60_000)));
  const controller = new AbortController();
  const running = collect(runTasks(slow.pool, tasks, { journal, signal: controller.signal }), ({ id, type }) => {
    if (type === 'task-started' && id === 't5') controller.abort();
  });
  expect((await running).results.filter(({ status }) => status === 'cancelled')).toHaveLength(7);
  const quickly = stubPool(() => undefined);
  // The tasks of the journal are taken up first; the source may begin anywhere.
  const half = await collect(runTasks(quickly.pool, tasks.slice(0, 5).values(), { ...quick, journal }));
  expect(half.error).toBeUndefined();
  expect(half.results.filter(({ success }) => success)).toHaveLength(10);
  expect(half.results.filter(({ recovered }) => recovered)).toHaveLength(3);
  expect(quickly.made.flatMap(({ prompts }) => prompts)).toHaveLength(7);
  const whole = await collect(runTasks(quickly.pool, tasks, { journal }));
  expect(whole.results.filter(({ recovered }) => recovered)).toHaveLength(10);
  await Promise.all([slow.pool.close(), quickly.pool.close()]);
});

test('a task with another prompt under the same id is refused, before anything starts', async () => {
  const journal = fresh();
  const stub = stubPool(() => undefined);
  await collect(runTasks(stub.pool, [{ id: 'a', prompt: 'one' }], { journal }));
  const { error, results } = await collect(
    runTasks(
      stub.pool,
      [
        { id: 'b', prompt: 'two' },
        { id: 'a', prompt: 'other' },
      ],
      { journal },
    ),
  );
  expect(error).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining("'a' with another prompt") as string });
  expect(results).toEqual([]);
  expect(await readFile(journal, 'utf8')).not.toContain('two');
  await stub.pool.close();
});

test('P29 tasks that were at work when the host was lost: sent again only if they may be, and not for ever', async () => {
  const journal = fresh();
  const tasks: readonly AgentTask[] = [
    { id: 'never', prompt: 'never' },
    { id: 'again', prompt: 'again', idempotent: true },
    { id: 'resume', prompt: 'resume', resumable: true },
    { id: 'fresh', prompt: 'fresh' },
  ];
  const lost = await openJournal(journal);
  await Promise.all(tasks.map((task) => lost.accepted(task)));
  for (const id of ['never', 'again', 'resume']) await lost.sent(id, 1);
  lost.session('resume', 'conversation');
  await lost.close();
  const stub = stubPool(() => undefined);
  const asked: unknown[] = [];
  const acquire = (options: SessionAcquireOptions = {}): ReturnType<typeof stub.pool.acquire> => {
    const { session = {} } = options;
    asked.push(typeof session === 'function' ? session : session.resume);
    return stub.pool.acquire({});
  };
  const pool = { ...stub.pool, acquire };
  const { result } = await collect(runTasks(pool, tasks, { ...quick, journal, session: {} }));
  expect(result('never')).toMatchObject({
    status: 'unknown',
    attempts: 1,
    error: { code: 'OUTCOME_UNKNOWN', causes: [{ code: 'HOST_LOST' }] },
  });
  expect(result('again')).toMatchObject({ status: 'done', attempts: 2 });
  expect(result('resume')).toMatchObject({ status: 'done', attempts: 2 });
  expect(result('fresh')).toMatchObject({ status: 'done', attempts: 1 });
  expect(asked.filter((id) => id === 'conversation')).toHaveLength(1);
  expect(stub.made.flatMap(({ prompts }) => prompts)).not.toContain('never');

  const poison = fresh();
  for (let host = 1; host <= 3; host += 1) {
    const one = await openJournal(poison);
    if (host === 1) await one.accepted({ id: 'p', prompt: 'p', idempotent: true });
    await one.sent('p', host);
    await one.close();
    const stopped = new AbortController();
    const stuck = stubPool(() => sleep(60_000));
    const run = collect(
      runTasks(stuck.pool, [{ id: 'p', prompt: 'p', idempotent: true }], { ...quick, retries: 2, journal: poison, signal: stopped.signal }),
    );
    if (host < 3) {
      await until(() => stuck.working === 1);
      stopped.abort();
      expect((await run).result('p').status).toBe('cancelled');
    } else expect((await run).result('p')).toMatchObject({ status: 'quarantined', error: { code: 'TASK_QUARANTINED' } });
    await stuck.pool.close();
  }
  await stub.pool.close();
});

test('a damaged line is told in an event, and what it may have hidden is not repeated', async () => {
  const journal = fresh();
  const lost = await openJournal(journal);
  await lost.accepted({ id: 'a', prompt: 'a' });
  await lost.close();
  await appendFile(journal, 'garbage\n');
  const stub = stubPool(() => undefined);
  const { events, result } = await collect(
    runTasks(
      stub.pool,
      [
        { id: 'a', prompt: 'a' },
        { id: 'b', prompt: 'b' },
      ],
      { journal },
    ),
  );
  expect(events[0]).toEqual({ type: 'journal-damaged', id: '', line: 4, cause: 'it has no checksum' });
  expect(result('a').status).toBe('unknown');
  expect(result('b').success).toBe(true);
  await stub.pool.close();
});

test('a journal in use is an error before anything starts, and its lock is gone after a run, also after one that was left', async () => {
  const journal = fresh();
  const stub = stubPool(() => sleep(20));
  const holder = await openJournal(journal);
  const { error, events } = await collect(runTasks(stub.pool, abc, { journal }));
  expect(error).toMatchObject({ code: 'JOURNAL_LOCKED', retryable: true });
  expect(events).toEqual([]);
  await holder.close();
  for await (const { type } of runTasks(stub.pool, abc, { journal })) if (type === 'task-started') break;
  const next = await collect(runTasks(stub.pool, abc, { journal }));
  expect(next.error).toBeUndefined();
  expect(next.results).toHaveLength(3);
  await stub.pool.close();
});
