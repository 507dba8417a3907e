import { describe, expect, test } from 'vitest';
import { createPool } from '../../../src/index.ts';
import { plainFactory } from '../../support/plain-workers.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const never = new Promise<never>(() => {});

describe.each(['idle', 'busy', 'starting', 'stuck'] as const)('P28 close while workers are %s', (what) => {
  test('is bounded by the grace and three seconds, settles all 50 calls, and starts nothing afterwards', async () => {
    const clock = virtualClock();
    const factory = plainFactory({
      onCreate: (_context, call) => (what === 'starting' && call > 1 ? never : undefined),
      onDestroy: () => (what === 'stuck' ? never : Promise.resolve()),
    });
    const pool = createPool(factory, { clock, size: 2, checkInvariants: true, maxStarting: 2 });
    const lease = await pool.acquire();
    await clock.advance(100);
    if (what === 'idle') await lease.release();
    const blocked = what === 'idle' ? [await pool.acquire(), await pool.acquire()] : [];
    const calls = Array.from({ length: 50 }, () => pool.acquire());
    const outcomes = Promise.allSettled(calls);
    for (const one of blocked) void one.release();
    let closedAtMs: number | undefined;
    const beganMs = clock.nowMs();
    const closed = pool.close({ graceMs: 1_000 }).then((receipt) => {
      closedAtMs = clock.nowMs();
      return receipt;
    });
    await clock.advance(0);
    const started = factory.contexts.length;
    await clock.advance(10_000);
    const { rejectedWaiters } = await closed;
    expect(closedAtMs! - beganMs).toBeLessThanOrEqual(4_000);
    const settled = await outcomes;
    const refused = settled.filter((one) => one.status === 'rejected' && (one.reason as { code?: string }).code === 'POOL_CLOSED');
    expect(refused).toHaveLength(rejectedWaiters);
    expect(rejectedWaiters).toBeGreaterThanOrEqual(48);
    await clock.advance(600_000);
    expect(factory.contexts).toHaveLength(started);
    if (what !== 'stuck') expect(factory.alive).toHaveLength(0);
    expect(clock.pending).toBe(0);
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_CLOSED' });
  });
});

test('P28 a worker that exits while nobody uses it is replaced', async () => {
  const clock = virtualClock();
  const factory = plainFactory();
  const pool = createPool(factory, { clock, size: 3 });
  await pool.warm();
  await clock.advance(5_000);
  factory.made[1]!.die();
  await clock.advance(0);
  expect(pool.stats.idle).toBe(3);
  await pool.close();
});

test('P28 a worker that is made after the pool was closed is ended', async () => {
  const clock = virtualClock();
  const factory = plainFactory({ onCreate: () => new Promise((resolve) => clock.setTimer(9_000, resolve)) });
  const pool = createPool(factory, { clock, size: 1 });
  pool.warm().catch(() => {});
  await clock.advance(10);
  const closed = pool.close();
  await clock.advance(4_000);
  await closed;
  await clock.advance(30_000);
  expect(factory.made).toHaveLength(1);
  expect(factory.alive).toHaveLength(0);
});
