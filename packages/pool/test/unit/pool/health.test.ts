import { describe, expect, it } from 'vitest';
import { createPool } from '../../../src/index.ts';
import { plainFactory, type PlainWorker } from '../../support/plain-workers.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const checked = { checkInvariants: true, random: () => 0.5 } as const;

describe('Q10 validation', () => {
  it('on borrow: a worker that fails is replaced without the caller noticing, and the call keeps its place', async () => {
    const sick = new Set<PlainWorker>();
    const factory = plainFactory({ validate: async (worker) => !sick.has(worker) });
    const pool = createPool(factory, { ...checked, size: 2 });
    await pool.warm();
    factory.made.forEach((worker) => sick.add(worker));
    const order: string[] = [];
    const leases = await Promise.all(
      ['first', 'second'].map(async (name) => {
        const lease = await pool.acquire();
        order.push(name);
        return lease;
      }),
    );
    expect(leases.every(({ worker }) => !sick.has(worker))).toBe(true);
    expect(order).toEqual(['first', 'second']);
    expect(pool.snapshot().counters['checksFailed']).toBe(2);
    await Promise.all(leases.map((lease) => lease.release()));
    await pool.close();
  });

  it('on borrow: a worker that does not answer in time is replaced', async () => {
    const clock = virtualClock();
    let isMute = true;
    const factory = plainFactory({ validate: () => (isMute ? new Promise(() => {}) : Promise.resolve(true)) });
    const pool = createPool(factory, { ...checked, clock, size: 1, validateTimeoutMs: 2_000 });
    await pool.warm();
    const call = pool.acquire();
    await clock.advance(1_999);
    expect(factory.destroyed).toHaveLength(0);
    isMute = false;
    await clock.advance(1);
    expect((await call).worker).toBe(factory.made[1]);
    await (await call).release();
    await pool.close();
  });

  it('idle: each worker is checked about every 30 s, and a dead one is replaced', async () => {
    const clock = virtualClock();
    let checks = 0;
    const sick = new Set<PlainWorker>();
    const factory = plainFactory({
      validate: async (worker) => {
        checks += 1;
        return !sick.has(worker);
      },
    });
    const pool = createPool(factory, { ...checked, clock, size: 1 });
    await pool.warm();
    await clock.advance(26_000);
    expect(checks).toBe(0);
    await clock.advance(8_000);
    expect(checks).toBe(1);
    sick.add(factory.made[0]!);
    await clock.advance(34_000);
    expect(factory.destroyed).toEqual([factory.made[0]]);
    expect(pool.stats).toMatchObject({ idle: 1, created: 2 });
    await pool.close();
  });

  it('on return: anything but a clear yes ends the worker', async () => {
    const verdicts = [async () => 'retire' as const, async () => Promise.reject(new Error('reset')), () => new Promise<'reuse'>(() => {})];
    for (const reset of verdicts) {
      const clock = virtualClock();
      const factory = plainFactory({ reset });
      const pool = createPool(factory, { ...checked, clock, size: 1 });
      const lease = await pool.acquire();
      const released = lease.release();
      await clock.advance(2_000);
      await released;
      expect(factory.destroyed).toEqual([lease.worker]);
      await pool.close();
    }
  });
});

describe('Q12 Q13 replacement and the gate', () => {
  it('never has more starts under way than it may', async () => {
    const clock = virtualClock();
    const factory = plainFactory({ onCreate: () => new Promise((resolve) => clock.setTimer(50, resolve)) });
    const pool = createPool(factory, { ...checked, clock, size: 8 });
    void pool.warm();
    await clock.advance(1_000);
    await clock.advance(60_000);
    for (const worker of factory.alive) worker.die();
    await clock.advance(1_000);
    expect(pool.stats.idle).toBe(8);
    expect(factory.peakStarting).toBe(2);
    expect(factory.peak).toBeLessThanOrEqual(8);
    await pool.close();
  });

  it('a start that takes too long is called off, and its worker ended when it comes after all', async () => {
    const clock = virtualClock();
    const factory = plainFactory({
      onCreate: (_context, call) => (call === 1 ? new Promise((resolve) => clock.setTimer(12_000, resolve)) : undefined),
    });
    const pool = createPool(factory, { ...checked, clock, size: 1, startTimeoutMs: 10_000, acquireTimeoutMs: 60_000 });
    const call = pool.acquire();
    await clock.advance(10_000);
    expect(factory.contexts[0]!.signal.reason).toMatchObject({ code: 'WARMUP_FAILED' });
    await clock.advance(3_000);
    const lease = await call;
    expect(lease.worker.id).toBe(1);
    expect(factory.destroyed.map(({ id }) => id)).toEqual([0]);
    expect(factory.peak).toBe(1);
    await lease.release();
    await pool.close();
  });

  it('a permanent cause rejects every call at once, after one attempt', async () => {
    const missing = Object.assign(new Error('gone'), { code: 'ENOENT' });
    const factory = plainFactory({ onCreate: () => Promise.reject(missing) });
    const pool = createPool(factory, { ...checked, size: 4, maxStarting: 1 });
    const calls = await Promise.allSettled(Array.from({ length: 100 }, () => pool.acquire()));
    expect(
      calls.every((call) => call.status === 'rejected' && (call.reason as { code: string; cause: unknown }).code === 'WARMUP_FAILED'),
    ).toBe(true);
    expect(factory.contexts).toHaveLength(1);
    await expect(pool.acquire()).rejects.toMatchObject({ cause: missing });
    expect(factory.contexts).toHaveLength(1);
    await pool.close();
  });
});
