import { expect, test } from 'vitest';
import { createPool, type Pool, type PoolOptions } from '../../../src/index.ts';
import { plainFactory, type PlainWorker } from '../../support/plain-workers.ts';
import { settle, virtualClock, type VirtualClock } from '../../support/virtual-clock.ts';

const taskMs = 100;
const size = 4;

interface Scene {
  readonly clock: VirtualClock;
  readonly pool: Pool<PlainWorker>;
  /** Takes a worker for the length of one task, in virtual time; resolves with how long it waited for it, in milliseconds. */
  work(tenant: string): Promise<number>;
  close(): Promise<void>;
}

async function scene(options: PoolOptions): Promise<Scene> {
  const clock = virtualClock();
  const pool = createPool(plainFactory(), { clock, size, random: () => 0.5, acquireTimeoutMs: Infinity, maxWaiters: 10_000, ...options });
  await pool.warm();
  return {
    clock,
    pool,
    async work(tenant) {
      const lease = await pool.acquire({ tenant });
      clock.setTimer(taskMs, () => void lease.release());
      return lease.waitedMs;
    },
    async close() {
      await Promise.all([pool.close({ graceMs: 0 }), clock.advance(20_000)]);
    },
  };
}

function p95(waits: readonly number[]): number {
  return [...waits].sort((one, other) => one - other)[Math.ceil(waits.length * 0.95) - 1]!;
}

/** How long the calls of one caller wait, one a second for a minute, behind 5,000 calls that somebody else has made before. */
async function behindFlood(tenant: string): Promise<readonly number[]> {
  const { clock, pool, work, close } = await scene({});
  for (let count = 0; count < 5_000; count += 1) work('loud').catch(() => {});
  const waits: number[] = [];
  for (let second = 0; second < 60; second += 1) {
    work(tenant).then(
      (waitedMs) => waits.push(waitedMs),
      () => {},
    );
    await clock.advance(1_000);
  }
  // Or the last of them would have had no flood to wait behind.
  expect(pool.stats.waiting).toBeGreaterThan(1_000);
  await close();
  return waits;
}

test('Q30 a tenant that floods with 5,000 calls delays the one call a second of another by at most two tasks', async () => {
  const waits = await behindFlood('quiet');
  expect(waits).toHaveLength(60);
  expect(p95(waits)).toBeLessThanOrEqual(2 * taskMs);
});

test('Q30 control: the same calls as the same tenant wait behind the flood', async () => {
  const waits = await behindFlood('loud');
  expect(waits).toHaveLength(0);
});

/** Leases of each tenant among the first 2,000, when both always have calls that wait. */
async function shares(tenants: PoolOptions['tenants']): Promise<Readonly<Record<string, number>>> {
  const { clock, work, close } = await scene({ tenants: tenants ?? {} });
  const served: Record<string, number> = { light: 0, heavy: 0 };
  let total = 0;
  const loop = async (tenant: string): Promise<void> => {
    while (total < 2_000) {
      await work(tenant);
      if (total === 2_000) return;
      total += 1;
      served[tenant]! += 1;
    }
  };
  // The light one asks for more than the heavy one: what it has queued is no claim.
  for (let count = 0; count < 12; count += 1) loop('light').catch(() => {});
  for (let count = 0; count < 6; count += 1) loop('heavy').catch(() => {});
  while (total < 2_000) await clock.advance(1_000);
  await close();
  return served;
}

test('Q30 weights of 1 and 3 give shares of 1 and 3, within a tenth, over 2,000 leases', async () => {
  const { light, heavy } = await shares({ light: { weight: 1 }, heavy: { weight: 3 } });
  expect(light! + heavy!).toBe(2_000);
  expect(heavy! / light!).toBeGreaterThanOrEqual(2.7);
  expect(heavy! / light!).toBeLessThanOrEqual(3.3);
});

test('Q30 control: without weights they get the same', async () => {
  const { light, heavy } = await shares({});
  expect(heavy! / light!).toBeGreaterThanOrEqual(0.9);
  expect(heavy! / light!).toBeLessThanOrEqual(1.1);
});

test('Q30 a tenant at its quota is told so at once, while time stands still, and nobody else is', async () => {
  const { clock, pool, work, close } = await scene({ tenants: { small: { maxLeased: 1, maxWaiters: 3 } } });
  for (let count = 0; count < 4; count += 1) work('small').catch(() => {});
  await settle();
  const timers = clock.pending;
  const outcomes: unknown[] = [];
  for (let count = 0; count < 50; count += 1) work('small').catch((cause: unknown) => outcomes.push(cause));
  // Microtasks only: a timer that it had to wait for could not have fired.
  await settle();
  expect(outcomes).toHaveLength(50);
  for (const cause of outcomes) expect(cause).toMatchObject({ code: 'QUEUE_FULL', message: expect.stringContaining("'small'") });
  expect([clock.nowMs(), clock.pending]).toEqual([0, timers]);
  expect(pool.stats).toMatchObject({ leased: 1, waiting: 3 });
  expect(await work('other')).toBe(0);
  await close();
});
