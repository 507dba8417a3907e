import type { Lease, Pool } from '../../src/index.ts';
import { seeded } from './plain-workers.ts';
import { isSoak, signal, sleep } from './sessions.ts';

/** A load, and what is done to it. */
export interface StormPlan {
  /** How long, in milliseconds. */
  readonly forMs: number;
  /** A random worker is killed this often, in milliseconds. */
  readonly everyMs: number;
  /** Tasks at a time. */
  readonly outstanding: number;
  /** Attempts of one task. */
  readonly budget: number;
}

/** What came of it. */
export interface Tally {
  readonly done: number;
  readonly failed: number;
  /** Tasks that had more than one result. */
  readonly duplicated: number;
  /** Tasks that never settled. */
  readonly open: number;
  readonly attempts: number;
  /** The attempts of the task that needed most. */
  readonly most: number;
  readonly kills: number;
}

/** A closed loop of tasks over a pool whose workers are killed by their pids. Closes the pool. */
export async function storm<W>(pool: Pool<W>, work: (lease: Lease<W>, name: string) => Promise<string>, plan: StormPlan): Promise<Tally> {
  const random = seeded(1);
  const tally = { done: 0, failed: 0, duplicated: 0, open: 0, attempts: 0, most: 0, kills: 0 };
  const results = new Map<string, number>();
  let isOver = false;
  let nextTask = 0;

  async function attempt(name: string): Promise<boolean> {
    tally.attempts += 1;
    const lease = await pool.acquire({ timeoutMs: 120_000 });
    try {
      const result = await work(lease, name);
      if (result !== name) throw new Error(`The task ${name} was answered with ${result}.`);
      results.set(name, (results.get(name) ?? 0) + 1);
      void lease.release();
      return true;
    } catch {
      await lease.discard();
      return false;
    }
  }

  async function run(name: string): Promise<void> {
    tally.open += 1;
    let isDone = false;
    for (let count = 1; count <= plan.budget && !isDone; count += 1) {
      tally.most = Math.max(tally.most, count);
      isDone = await attempt(name);
    }
    tally.open -= 1;
    if (isDone) tally.done += 1;
    else tally.failed += 1;
  }

  const loops = Array.from({ length: plan.outstanding }, async () => {
    while (!isOver) await run(`task-${(nextTask += 1)}`);
  });
  const processor = process.cpuUsage();
  const untilMs = performance.now() + plan.forMs;
  while (performance.now() < untilMs) {
    const pids = pool.snapshot().slots.flatMap(({ pid }) => pid ?? []);
    const victim = pids[Math.floor(random() * pids.length)];
    if (victim !== undefined) {
      signal(victim, 'SIGKILL');
      tally.kills += 1;
    }
    await sleep(plan.everyMs);
  }
  isOver = true;
  const { user, system } = process.cpuUsage(processor);
  await Promise.all(loops);
  tally.duplicated = [...results.values()].filter((count) => count > 1).length;
  if (isSoak) {
    const { counters, histograms } = pool.snapshot();
    console.log(JSON.stringify({ ...tally, hostCpuPercent: (user + system) / 10 / plan.forMs, counters, start: histograms['start'] }));
  }
  await pool.close();
  return tally;
}
