import { describe, expect, test } from 'vitest';
import { createGovernor, createPool, type Governor } from '../../../src/index.ts';
import { plainFactory, seeded } from '../../support/plain-workers.ts';
import { virtualClock, type VirtualClock } from '../../support/virtual-clock.ts';

interface Run {
  readonly finished: number;
  readonly attempts: number;
  readonly retriedAtMs: readonly number[];
}

/** 20 tasks against a provider that bears three at a time. A task that is refused comes back; one that is done keeps its result. */
async function run(clock: VirtualClock, governor: Governor | undefined): Promise<Run> {
  const pool = createPool(plainFactory(), { clock, random: seeded(1), size: 6, acquireTimeoutMs: 1e9, ...(governor && { governor }) });
  let running = 0;
  let attempts = 0;
  let finished = 0;
  const retriedAtMs: number[] = [];
  const work = async (): Promise<void> => {
    for (let attempt = 1; attempt <= 40; attempt += 1) {
      const lease = await pool.acquire();
      attempts += 1;
      if (attempt > 1) retriedAtMs.push(clock.nowMs());
      running += 1;
      const isRefused = running > 3;
      await new Promise<void>((resolve) => clock.setTimer(isRefused ? 20 : 400, resolve));
      running -= 1;
      lease.worker.pressure.next(isRefused ? { type: 'throttled', retryAfterMs: 300 } : { type: 'served' });
      await lease.release();
      if (isRefused) continue;
      finished += 1;
      return;
    }
  };
  const all = Promise.all(Array.from({ length: 20 }, work));
  await clock.advance(120_000);
  await all;
  await pool.close();
  return { finished, attempts, retriedAtMs };
}

describe('P06 parallel agents do not all hit the limit together', () => {
  test('20 tasks against a provider that bears 3 finish 20 of 20, in at most 30 attempts, no two retries in the same quarter of a second', async () => {
    const clock = virtualClock();
    const { finished, attempts, retriedAtMs } = await run(clock, createGovernor({ clock, random: seeded(2) }));
    expect(finished).toBe(20);
    expect(attempts).toBeLessThanOrEqual(30);
    const slots = retriedAtMs.map((atMs) => Math.floor(atMs / 250));
    expect(new Set(slots).size).toBe(slots.length);
  });

  test('control: without a governor the same tasks need far more attempts, and come back together', async () => {
    const { attempts, retriedAtMs } = await run(virtualClock(), undefined);
    expect(attempts).toBeGreaterThan(30);
    const slots = retriedAtMs.map((atMs) => Math.floor(atMs / 250));
    expect(new Set(slots).size).toBeLessThan(slots.length);
  });

  test('nothing goes around it: not the highest priority, not a conversation that is kept', async () => {
    const clock = virtualClock();
    const governor = createGovernor({ clock, max: 1 });
    const pool = createPool(plainFactory(), { clock, size: 3, governor });
    const first = await pool.acquire({ sticky: 'talk' });
    await first.release();
    const held = await pool.acquire();
    const urgent = pool.acquire({ priority: 0 });
    const kept = pool.acquire({ sticky: 'talk' });
    await clock.advance(1_000);
    expect(pool.stats).toMatchObject({ leased: 1, waiting: 2 });
    await held.release();
    await clock.advance(0);
    await (await urgent).release();
    await clock.advance(0);
    await (await kept).release();
    await pool.close();
  });
});
