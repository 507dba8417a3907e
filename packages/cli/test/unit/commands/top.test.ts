import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type PoolSnapshot, publishPool } from '@subwire/pool';
import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../../src/main.ts';
import { widthOf } from '../../../src/render/fit.ts';
import type { TopView } from '../../../src/render/top/top-view.ts';
import { createFakeIo, type FakeIo, type FakeIoOptions } from '../../support/fake-io.ts';

const quantiles = { count: 0, sum: 0, p50: 0, p95: 0, p99: 0, max: 0 };
const snapshot = {
  phase: 'open',
  isPaused: false,
  stats: {
    size: 3,
    idle: 1,
    leased: 1,
    starting: 1,
    returning: 0,
    retiring: 0,
    abandoned: 0,
    waiting: 7,
    created: 5,
    replaced: 2,
    acquireMs: quantiles,
  },
  slots: [
    { slot: 0, phase: 'leased', key: 'k', pid: 4711, uses: 1, turns: 0, costUsd: 0 },
    { slot: 1, phase: 'idle', key: 'k', pid: 4712, uses: 0, turns: 3, costUsd: 0.25 },
    { slot: 2, phase: 'starting', key: 'k', uses: 0 },
  ],
  counters: {},
  histograms: {},
  phases: {},
  keys: [],
} as unknown as PoolSnapshot;
const task = {
  lane: 0,
  id: 'fix-it',
  slot: 0,
  pid: 4711,
  attempt: 1,
  runningMs: 12_000,
  tokens: 1234,
  usd: 0.5,
  turns: 2,
  doing: 'Bash npm test',
};
const details = { kind: 'batch', total: 200, settled: 37, done: 36, failed: 1, retried: 0, usd: 1.5, etaMs: 60_000, tasks: [task] };

describe('subwire top', () => {
  let folder: string;
  let ended: Subject<never>;
  const publish = (title: string, more: object = {}): Promise<{ close(): Promise<void> }> =>
    publishPool({ snapshot: () => snapshot, events$: ended }, { title, ...more });

  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(tmpdir(), 'swt-')), 'pools');
    ended = new Subject();
    vi.stubEnv('SUBWIRE_POOLS', folder);
  });
  afterEach(async () => {
    ended.complete();
    vi.unstubAllEnvs();
    await rm(path.dirname(folder), { recursive: true });
  });

  const measure = (root: number): { residentBytes: number; cpuPercent: number; processes: number } => ({
    residentBytes: root === 4711 ? 200 * 1024 ** 2 : 100 * 1024 ** 2,
    cpuPercent: root === 4711 ? 87.4 : 0.2,
    processes: 3,
  });

  async function run(args: readonly string[], options: FakeIoOptions = {}): Promise<{ code: number; io: FakeIo }> {
    const io = createFakeIo({ argv: ['top', ...args], columns: 140, measure, ...options });
    return { code: await main(io), io };
  }

  it('shows slots, pids, states, memory, processor, turns, cost, queue and restarts of a batch', async () => {
    await publish('batch tasks.md', { details: () => details });
    const { code, io } = await run(['--once']);
    expect([code, io.err]).toEqual([0, '']);
    const [title, progress, pool, blank, head, ...rows] = io.out.trimEnd().split('\n');
    expect(title).toMatch(new RegExp(`^batch tasks\\.md · pid ${process.pid} · up \\d+ ms$`));
    expect(progress).toBe('37/200 tasks · 1 failed · ETA 1 min 00 s');
    expect(pool).toBe('1 of 3 at work · 1 idle · 1 starting · queue 7 · restarts 2 · 300 MB · 88 % · $1.50');
    expect([blank, head!.split(/ +/)]).toEqual(['', ['slot', 'state', 'pid', 'memory', 'cpu', 'turn', 'cost', 'tokens', 'time', 'task']]);
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      ['0 leased', '4711', '200 MB', '87 %', '2 $0.5000', '1,234', '12 s', 'fix-it Bash npm test'],
      ['1 idle', '4712', '100 MB', '0 %', '3 $0.2500'],
      ['2 starting'],
    ]);
  });

  it('prints the same for a program', async () => {
    await publish('pool', { details: () => details });
    const { io } = await run(['--once', '--json']);
    const view = JSON.parse(io.out) as TopView;
    expect(view).toMatchObject({ version: 1, pid: process.pid, queue: 7, restarts: 2, usd: 1.5, batch: { total: 200, settled: 37 } });
    expect(view.slots[0]).toEqual({
      ...{ slot: 0, state: 'leased', pid: 4711, processes: 3, residentBytes: 209_715_200, cpuPercent: 87.4 },
      ...{ turns: 2, usd: 0.5, tokens: 1234, task: 'fix-it', runningMs: 12_000, doing: 'Bash npm test' },
    });
  });

  it('shows a pool of a program that is no batch', async () => {
    await publish('my service');
    const { io } = await run(['--once']);
    expect(io.out).toMatch(/^my service · pid/);
    expect(io.out).not.toContain('tasks ·');
    expect(io.out).toContain('$0.25');
  });

  it('lists several, and asks for one of them', async () => {
    const first = await publish('one');
    await publish('two');
    const { code, io } = await run([]);
    expect(code).toBe(2);
    expect(io.out.match(/ (one|two) · up /g)!.sort()).toEqual([' one · up ', ' two · up ']);
    expect(io.err).toBe('subwire: Several run. Choose one with --pid. See subwire top --help. [USAGE]\n');
    const json = await run(['--once', '--json']);
    expect(json.code).toBe(0);
    expect(
      json.io.out
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as TopView).title)
        .sort(),
    ).toEqual(['one', 'two']);
    await first.close();
    expect((await run(['--once'])).io.out).toMatch(/^two/);
  });

  it('says what to do when nothing runs', async () => {
    const { code, io } = await run(['--once']);
    expect([code, io.out]).toEqual([1, '']);
    expect(io.err).toMatch(/^subwire: Nothing of yours runs .* Start a batch.* \[NOTHING_RUNS\]\n$/);
    // A process that has just been started is given some seconds to publish its pool: half a second each look, here.
    let now = performance.now();
    using _clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 500));
    const other = await run(['--once', '--pid', '1'], {});
    expect(other.io.err).toContain('Process 1 is no batch of yours');
  });

  it('draws anew until q is pressed', async () => {
    await publish('one');
    const io = createFakeIo({ argv: ['top', '--interval', '20ms'], terminal: true, columns: 60, measure });
    const over = main(io);
    await vi.waitFor(() => expect(io.frames.length).toBeGreaterThan(3), { timeout: 10_000 });
    io.press('x');
    io.press('q');
    expect(await over).toBe(0);
    expect(io.listeners).toBe(0);
    for (const line of io.frames.at(-1)!.split('\n')) expect(widthOf(line)).toBeLessThan(60);
  });

  it('ends when what it watches ends', async () => {
    await publish('one');
    const io = createFakeIo({ argv: ['top', '--interval', '20ms', '--json'], measure });
    const over = main(io);
    await vi.waitFor(() => expect(io.out.split('\n').length).toBeGreaterThan(3), { timeout: 10_000 });
    ended.complete();
    expect(await over).toBe(0);
  });
});
