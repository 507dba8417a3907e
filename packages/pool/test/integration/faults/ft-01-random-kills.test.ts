import { fakeCli, trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createSessionPool } from '../../../src/index.ts';
import { seeded } from '../../support/plain-workers.ts';
import { eventually, isSoak, openDescriptors, pidsOf, signal, sleep } from '../../support/sessions.ts';

// The soak has the numbers of the acceptance: 60 s, 8 places, a kill every 50 ms, 200 tasks at a time.
const plan = isSoak
  ? { size: 8, forMs: 60_000, everyMs: 50, outstanding: 200, budget: 20 }
  : { size: 3, forMs: 4_000, everyMs: 150, outstanding: 20, budget: 40 };

interface Tally {
  done: number;
  failed: number;
  duplicated: number;
  attempts: number;
  /** The attempts of the task that needed most. */
  most: number;
}

async function storm(budget: number): Promise<Tally & { readonly kills: number; readonly open: number }> {
  const random = seeded(1);
  const pool = createSessionPool({
    size: plan.size,
    reset: 'clear',
    isolation: 'per-process',
    governor: false,
    session: { ...fakeCli({ replyDelayMs: 20 }) },
    maxWaiters: 1e4,
  });
  await pool.warm();
  const tally: Tally = { done: 0, failed: 0, duplicated: 0, attempts: 0, most: 0 };
  const results = new Map<string, number>();
  let isOver = false;
  let kills = 0;
  let nextTask = 0;
  let open = 0;
  async function task(name: string): Promise<void> {
    open += 1;
    for (let attempt = 0; attempt < budget; attempt += 1) {
      tally.attempts += 1;
      tally.most = Math.max(tally.most, attempt + 1);
      try {
        const lease = await pool.acquire({ timeoutMs: 60_000 });
        try {
          const { result } = await lease.worker.prompt(name).result();
          expect(result).toBe(name);
          const count = (results.get(name) ?? 0) + 1;
          results.set(name, count);
          if (count > 1) tally.duplicated += 1;
          tally.done += 1;
          open -= 1;
          void lease.release();
          return;
        } catch {
          await lease.discard();
        }
      } catch {
        await sleep(5);
      }
    }
    open -= 1;
    tally.failed += 1;
  }
  const loops = Array.from({ length: plan.outstanding }, async () => {
    while (!isOver) {
      nextTask += 1;
      await task(`task-${nextTask}`);
    }
  });
  const processor = process.cpuUsage();
  const untilMs = performance.now() + plan.forMs;
  while (performance.now() < untilMs) {
    const pids = pidsOf(pool);
    const victim = pids[Math.floor(random() * pids.length)];
    if (victim !== undefined) {
      signal(victim, 'SIGKILL');
      kills += 1;
    }
    await sleep(plan.everyMs);
  }
  isOver = true;
  const { user, system } = process.cpuUsage(processor);
  await Promise.all(loops);
  if (isSoak) {
    const { counters, histograms } = pool.snapshot();
    console.log(JSON.stringify({ ...tally, kills, hostCpuPercent: (user + system) / 10 / plan.forMs, counters, start: histograms.start }));
  }
  await pool.close();
  return { ...tally, kills, open };
}

test(
  'FT-01 a random agent is killed again and again: no task is lost, repeated or left open, no process and no descriptor stays',
  async () => {
    await using tracker = trackProcesses({ pollMs: 1_000 });
    const before = openDescriptors();
    const { done, failed, duplicated, kills, open } = await storm(plan.budget);
    expect({ failed, duplicated, open }).toEqual({ failed: 0, duplicated: 0, open: 0 });
    expect(kills).toBeGreaterThanOrEqual((plan.forMs / plan.everyMs) * 0.4);
    expect(done).toBeGreaterThanOrEqual(isSoak ? 7_500 : 20);
    expect(await tracker.leaked()).toEqual([]);
    expect(await eventually(() => openDescriptors() === before, 3_000)).toBe(true);
  },
  plan.forMs + 60_000,
);

test(
  'FT-02 with one attempt each, every task settles all the same: done or failed, and the failures are the kills',
  async () => {
    await using tracker = trackProcesses({ pollMs: 1_000 });
    const { done, failed, duplicated, attempts, open } = await storm(1);
    expect(done + failed).toBe(attempts);
    expect({ duplicated, open }).toEqual({ duplicated: 0, open: 0 });
    // The control of FT-01: without further attempts tasks are lost.
    expect(failed).toBeGreaterThan(0);
    expect(await tracker.leaked()).toEqual([]);
  },
  plan.forMs + 60_000,
);
