import { existsSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeCli, identityOf, isAlive, trackProcesses, type ProcessIdentity, type Scenario } from '@subwire/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createSessionPool,
  runTasks,
  type AgentTask,
  type SessionPool,
  type SessionPoolOptions,
  type TaskEvent,
} from '../../../src/index.ts';
import { collect, until } from '../../support/tasks/collect.ts';

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'subwire-tasks-')));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function poolOf(scenario: Scenario, env: Readonly<Record<string, string>>, options: SessionPoolOptions = {}): SessionPool {
  const fake = fakeCli(scenario);
  return createSessionPool({
    size: 4,
    minIdle: 0,
    isolation: 'per-process',
    governor: false,
    startTimeoutMs: 60_000,
    session: { ...fake, env: { ...fake.env, ...env } },
    ...options,
  });
}

const fake = (...replies: readonly object[]): string => `<<fake ${JSON.stringify(replies)}>>`;
const bash = (command: string): object => ({ kind: 'tool_use', name: 'Bash', input: { command }, ask: false });
const text = (said: string): object => ({ kind: 'text', text: said });

function started(events: readonly TaskEvent[]): readonly ProcessIdentity[] {
  return events.flatMap(({ type, pid }) => (type === 'task-started' && pid !== undefined ? (identityOf(pid) ?? []) : []));
}

test('P29 an agent that crashes on one input: exactly two workers are lost, the pool is whole again, the task is quarantined, the others finish', async () => {
  await using tracker = trackProcesses();
  const pool = poolOf({ faults: [{ name: 'crash-on-input', text: 'poison' }] }, tracker.env, { minIdle: 4 });
  await pool.warm();
  let lost = 0;
  pool.events$.subscribe(({ type }) => {
    if (type === 'worker-lost') lost += 1;
  });
  const tasks = [
    ...Array.from({ length: 6 }, (_, index) => ({ id: `t${index}`, prompt: `p${index}` })),
    { id: 'poison', prompt: 'poison', idempotent: true },
  ];
  const { result, results } = await collect(runTasks(pool, tasks, { backoff: () => 0, retries: 9 }));
  expect(result('poison')).toMatchObject({ status: 'quarantined', attempts: 2, error: { code: 'TASK_QUARANTINED' } });
  expect(result('poison').error?.causes?.map(({ code }) => code)).toEqual(['EXIT_NONZERO', 'EXIT_NONZERO']);
  expect(results.filter(({ success }) => success)).toHaveLength(6);
  await until(() => pool.stats.idle === 4);
  expect(lost).toBe(2);
  await pool.close();
  await tracker.assertNoneLeaked();
}, 60_000);

test('P29 a prompt that was written is not written again by itself: its tool has run once, and the result says that its outcome is not known', async () => {
  await using tracker = trackProcesses();
  const pool = poolOf({}, tracker.env);
  const file = path.join(folder, 'side-effect');
  const prompt = fake(bash(`echo once >> ${file}; kill -9 $PPID`), text('never said'));
  const { result } = await collect(runTasks(pool, [{ id: 'a', prompt }], { backoff: () => 0 }));
  expect(result('a')).toMatchObject({
    status: 'unknown',
    attempts: 1,
    error: { code: 'OUTCOME_UNKNOWN', causes: [{ code: 'EXIT_SIGNAL' }] },
  });
  expect(await readFile(file, 'utf8')).toBe('once\n');
  await pool.close();
  await tracker.assertNoneLeaked();
}, 60_000);

test('a resumable task is taken up in a new process, in the conversation of the one that crashed', async () => {
  await using tracker = trackProcesses();
  const record = path.join(folder, 'starts');
  const marker = path.join(folder, 'crashed');
  const pool = poolOf({ record }, tracker.env);
  const prompt = fake(bash(`if [ ! -e ${marker} ]; then touch ${marker}; kill -9 $PPID; fi`), text('finished'));
  const events: TaskEvent[] = [];
  const { result } = await collect(runTasks(pool, [{ id: 'a', prompt, resumable: true }], { backoff: () => 0 }), (event) =>
    events.push(event),
  );
  expect(result('a')).toMatchObject({ status: 'done', attempts: 2, output: 'finished' });
  const first = events.find(
    ({ type, attempt, sessionId }) => type === 'task-message' && attempt === 1 && sessionId !== undefined,
  )?.sessionId;
  const starts = (await readFile(record, 'utf8')).trim().split('\n');
  const resumed = starts.filter((line) => line.includes('--resume'));
  expect(resumed).toHaveLength(1);
  expect(resumed[0]).toContain(first);
  await pool.close();
  await tracker.assertNoneLeaked();
}, 60_000);

test('P37 a conversation that one run has begun is taken up by another one, through the journal', async () => {
  await using tracker = trackProcesses();
  const record = path.join(folder, 'hosts');
  const marker = path.join(folder, 'begun');
  const journal = path.join(folder, 'hosts.journal');
  const prompt = fake(bash(`if [ ! -e ${marker} ]; then touch ${marker}; sleep 60; fi`), text('finished'));
  const tasks = [{ id: 'a', prompt, resumable: true }];
  const controller = new AbortController();
  const first = poolOf({}, tracker.env);
  const interrupted = collect(runTasks(first, tasks, { journal, signal: controller.signal }));
  await until(() => existsSync(marker));
  controller.abort();
  const left = (await interrupted).result('a');
  expect(left).toMatchObject({ status: 'cancelled', attempts: 1 });
  await first.close();
  const second = poolOf({ record }, tracker.env);
  const { result } = await collect(runTasks(second, tasks, { journal, backoff: () => 0 }));
  expect(result('a')).toMatchObject({ status: 'done', attempts: 2, output: 'finished' });
  const starts = (await readFile(record, 'utf8')).trim().split('\n');
  expect(starts).toHaveLength(1);
  expect(starts[0]).toMatch(new RegExp(`--resume[="', ]+${left.sessionId ?? ''}`));
  await second.close();
  await tracker.assertNoneLeaked();
}, 60_000);

test('P01 a timeout is over only when the tree is gone, with what the agent ignores and what it has started', async () => {
  await using tracker = trackProcesses();
  const faults: Scenario['faults'] = [{ name: 'never-result' }, { name: 'ignore-term' }, { name: 'start-child', kind: 'setsid' }];
  const scenario = fakeCli({ faults });
  const stubborn = poolOf({}, tracker.env, {
    session: { ...scenario, env: { ...scenario.env, ...tracker.env }, shutdown: { eofGraceMs: 200, termGraceMs: 400, killGraceMs: 2_000 } },
  });
  let alive: readonly ProcessIdentity[] = [];
  const events: TaskEvent[] = [];
  const { result } = await collect(runTasks(stubborn, [{ id: 'a', prompt: 'half an answer', timeoutMs: 300 }]), (event) => {
    events.push(event);
    if (event.type === 'task-started') alive = started(events);
    if (event.type === 'task-settled') {
      expect(alive).toHaveLength(1);
      expect(alive.filter(isAlive)).toEqual([]);
    }
  });
  expect(result('a')).toMatchObject({ status: 'failed', output: 'half an answer', error: { code: 'TIME_LIMIT' } });
  expect(result('a').durationMs).toBeGreaterThanOrEqual(290);
  await tracker.assertNoneLeaked();
  await stubborn.close();
}, 60_000);

test('P01 unsubscribing ends the trees of all that runs; so does the signal, which has them gone when it errors', async () => {
  await using tracker = trackProcesses();
  const pool = poolOf({}, tracker.env);
  const tasks = Array.from({ length: 6 }, (_, index) => ({ id: `t${index}`, prompt: fake(bash('sleep 60'), text('late')) }));
  const events: TaskEvent[] = [];
  const subscription = runTasks(pool, tasks).subscribe((event) => events.push(event));
  await until(() => started(events).length === 4);
  const agents = started(events);
  subscription.unsubscribe();
  await until(() => !agents.some(isAlive));
  const controller = new AbortController();
  const seen: TaskEvent[] = [];
  const running = collect(runTasks(pool, tasks, { signal: controller.signal }), (event) => seen.push(event));
  await until(() => started(seen).length === 4);
  const others = started(seen);
  controller.abort(new Error('enough'));
  const { results, error } = await running;
  expect(others.filter(isAlive)).toEqual([]);
  expect(error).toMatchObject({ message: 'enough' });
  expect(results.map(({ status }) => status)).toEqual(tasks.map(() => 'cancelled'));
  await pool.close();
  await tracker.assertNoneLeaked();
}, 60_000);

test('a delegation runs as its agent, in its folder, with its context, its environment and its limits, and no other task sees them', async () => {
  await using tracker = trackProcesses();
  const record = path.join(folder, 'delegations');
  const pool = poolOf({ record }, tracker.env);
  const tasks: AgentTask[] = [
    { id: 'plain', prompt: fake(bash('echo "$PWD:$ONLY_HERE"'), text('ok')) },
    {
      id: 'special',
      prompt: fake(bash('echo "$PWD:$ONLY_HERE"'), text('ok')),
      agent: 'reviewer',
      cwd: folder,
      env: { ONLY_HERE: 'secret' },
      session: { agents: { reviewer: { description: 'Reviews', prompt: 'You review.' } }, model: 'opus' },
    },
    { id: 'context', prompt: 'look', context: { file: 'a.ts' } },
    // What comes through the pipe is held in memory to its end.
    {
      id: 'limited',
      prompt: fake(bash('(head -c 300m /dev/zero; sleep 60) | tail -c 300m'), text('late')),
      session: { limits: { residentBytes: { hard: 200e6 } } },
    },
  ];
  const said = new Map<string, string>();
  const { result } = await collect(runTasks(pool, tasks), ({ id, message }) => {
    if (message?.type === 'user') said.set(id, JSON.stringify(message));
  });
  expect(said.get('special')).toContain(`${folder}:secret`);
  expect(said.get('plain')).not.toContain('secret');
  expect(said.get('plain')).not.toContain(folder);
  expect(result('context').output).toMatch(/^look\n\n<context>\n\{\n {2}"file": "a.ts"\n\}\n<\/context>$/);
  expect(['plain', 'special', 'context'].every((id) => result(id).success)).toBe(true);
  expect(result('limited')).toMatchObject({ status: 'failed', error: { code: 'MEMORY_LIMIT' } });
  const starts = (await readFile(record, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { argv: string[]; cwd: string; env: string[] });
  const special = starts.filter(({ env }) => env.includes('ONLY_HERE'));
  expect(special).toHaveLength(1);
  expect(special[0]).toMatchObject({ cwd: folder });
  expect(special[0]?.argv.join(' ')).toMatch(/--agent[ =]reviewer\b/);
  expect(special[0]?.argv.join(' ')).toMatch(/--model[ =]opus\b/);
  await pool.close();
  await tracker.assertNoneLeaked();
}, 60_000);

test('P25 the fourth answer of 0.10 USD under a budget of 0.35 stops the run: trees gone, answers kept, the rest settled with the code', async () => {
  await using tracker = trackProcesses();
  const pool = poolOf({ faults: [{ name: 'report-cost', usd: 0.1 }] }, tracker.env);
  const tasks = Array.from({ length: 12 }, (_, index) => ({ id: `t${index}`, prompt: `answer ${index}` }));
  const { results } = await collect(runTasks(pool, tasks, { budget: { usd: 0.35 }, concurrency: 2 }));
  const done = results.filter(({ success }) => success);
  expect(done.length).toBeGreaterThanOrEqual(4);
  expect(done.length).toBeLessThanOrEqual(5);
  expect(done.every(({ output, usage }) => output?.startsWith('answer ') === true && usage?.usd === 0.1)).toBe(true);
  const rest = results.filter(({ success }) => !success);
  expect(rest).toHaveLength(12 - done.length);
  expect(rest.every(({ status, error }) => status === 'cancelled' && error?.code === 'BUDGET_EXCEEDED')).toBe(true);
  await pool.close();
  await tracker.assertNoneLeaked();
}, 60_000);
