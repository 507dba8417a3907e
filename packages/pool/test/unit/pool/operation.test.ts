import { describe, expect, it } from 'vitest';
import { createGovernor, createPool, type PoolEvent } from '../../../src/index.ts';
import { plainFactory } from '../../support/plain-workers.ts';
import { settle, virtualClock } from '../../support/virtual-clock.ts';

const checked = { checkInvariants: true, random: () => 0.5 } as const;

describe('Q19 sticky leases', () => {
  it('gives a conversation the worker it had, as it was left, and to nobody else', async () => {
    const factory = plainFactory({ reset: async (worker) => (worker.notes.splice(0), 'reuse') });
    const pool = createPool(factory, { ...checked, size: 2, maxUses: 1 });
    const first = await pool.acquire({ sticky: 'talk' });
    first.worker.notes.push('remember');
    await first.release();
    const stranger = await pool.acquire();
    expect(stranger.worker).not.toBe(first.worker);
    const second = await pool.acquire({ sticky: 'talk' });
    expect(second.worker).toBe(first.worker);
    expect(second.worker.notes).toEqual(['remember']);
    await Promise.all([second.release(), stranger.release()]);
    await pool.close();
  });

  it('a call waits for the worker of its conversation, and takes another when that one is lost', async () => {
    const pool = createPool(plainFactory(), { ...checked, size: 2 });
    const first = await pool.acquire({ sticky: 'talk' });
    const waiting = pool.acquire({ sticky: 'talk' });
    await settle();
    expect(pool.stats).toMatchObject({ waiting: 1, idle: 1 });
    first.worker.die();
    const second = await waiting;
    expect(second.worker).not.toBe(first.worker);
    await second.release();
    await pool.close();
  });

  it('is the first to go when the place is needed, and goes by itself after a while', async () => {
    const clock = virtualClock();
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, clock, size: 1, stickyMs: 5_000 });
    await (await pool.acquire({ sticky: 'talk' })).release();
    const other = await pool.acquire();
    expect(factory.destroyed.map(({ id }) => id)).toEqual([0]);
    await other.release();
    await (await pool.acquire({ sticky: 'talk' })).release();
    await clock.advance(4_500);
    expect(factory.destroyed).toHaveLength(1);
    await clock.advance(1_000);
    expect(factory.destroyed).toHaveLength(2);
    await pool.close();
  });
});

describe('Q21 leaks', () => {
  it('reports a lease that is held too long, with the stack of its acquire, and takes it back if told to', async () => {
    const clock = virtualClock();
    const events: PoolEvent[] = [];
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, clock, size: 1, leakAfterMs: 1_000, reclaimLeaked: true });
    pool.events$.subscribe((event) => events.push(event));
    const lease = await pool.acquire();
    await clock.advance(2_000);
    const leaks = events.filter(({ type }) => type === 'lease-leaked');
    expect(leaks).toHaveLength(1);
    expect((leaks[0]!.cause as { cause: Error }).cause.message).toContain('operation.test.ts');
    expect(lease.signal.aborted).toBe(true);
    expect(pool.stats).toMatchObject({ leased: 0, idle: 1 });
    await pool.close();
  });

  it('says nothing about 10,000 leases that are ended as they should be', async () => {
    const pool = createPool(plainFactory(), { random: () => 0.5, size: 4 });
    let leaks = 0;
    pool.events$.subscribe(({ type }) => (leaks += type === 'lease-leaked' ? 1 : 0));
    for (let count = 0; count < 10_000; count += 1) await (await pool.acquire()).release();
    expect(leaks).toBe(0);
    expect(pool.snapshot().counters).toMatchObject({ leases: 10_000, leaks: 0 });
    await pool.close();
  });
});

describe('limits.leaseMs', () => {
  it('takes the worker away after the time, and says which clock ran out', async () => {
    const clock = virtualClock();
    const pool = createPool(plainFactory(), { ...checked, clock, size: 1, limits: { leaseMs: 3_000 } });
    const lease = await pool.acquire();
    await clock.advance(2_900);
    expect(lease.signal.aborted).toBe(false);
    await clock.advance(400);
    expect(lease.signal.reason).toMatchObject({ code: 'TIME_LIMIT', limit: 3_000 });
    await pool.close();
  });
});

describe('Q30 tenants', () => {
  it('keeps to its quota of leases and of calls that wait', async () => {
    const pool = createPool(plainFactory(), { ...checked, size: 4, tenants: { small: { maxLeased: 1, maxWaiters: 1 } } });
    const lease = await pool.acquire({ tenant: 'small' });
    const waiting = pool.acquire({ tenant: 'small' });
    await expect(pool.acquire({ tenant: 'small' })).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    const other = await pool.acquire({ tenant: 'other' });
    await settle();
    expect(pool.stats).toMatchObject({ leased: 2, waiting: 1 });
    await lease.release();
    await (await waiting).release();
    await other.release();
    await pool.close();
  });
});

describe('Q31 the governor', () => {
  it('halves once per burst, holds back until the time that the provider named, and grows again', async () => {
    const clock = virtualClock();
    const governor = createGovernor({ clock, random: () => 0, epochMs: () => 1_000_000 + clock.nowMs() });
    const pool = createPool(plainFactory(), { ...checked, clock, size: 8, governor });
    const held = await Promise.all(Array.from({ length: 8 }, () => pool.acquire()));
    await clock.advance(10);
    for (const lease of held) lease.worker.pressure.next({ type: 'throttled' });
    expect(governor.limit).toBe(4);
    held[0]!.worker.pressure.next({ type: 'blocked', untilEpochMs: 1_005_000 });
    await Promise.all(held.map((lease) => lease.release()));
    let leasedAtMs = 0;
    const next = pool.acquire().then((lease) => {
      leasedAtMs = clock.nowMs();
      return lease;
    });
    await clock.advance(6_000);
    expect(leasedAtMs).toBeGreaterThanOrEqual(5_000);
    expect(leasedAtMs).toBeLessThan(5_100);
    const lease = await next;
    for (let count = 0; count < 4; count += 1) lease.worker.pressure.next({ type: 'served' });
    expect(governor.limit).toBe(5);
    await lease.release();
    await pool.close();
    expect(governor.inFlight).toBe(0);
  });

  it('is one for all pools that share it', async () => {
    const clock = virtualClock();
    const governor = createGovernor({ clock, max: 3 });
    const pools = [1, 2].map(() => createPool(plainFactory(), { ...checked, clock, size: 4, governor }));
    const calls = pools.flatMap((pool) => Array.from({ length: 4 }, () => pool.acquire()));
    await settle();
    expect(pools[0]!.stats.leased + pools[1]!.stats.leased).toBe(3);
    const rejected = Promise.allSettled(calls);
    await Promise.all(pools.map((pool) => pool.close({ graceMs: 0 })));
    await rejected;
    expect(governor.inFlight).toBe(0);
  });
});

describe('budgets', () => {
  it('P25 stops a lease, a tenant and a pool that have spent enough', async () => {
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, size: 2, tenants: { t: { budget: { usd: 1 } } }, budget: { tokens: 1_000 } });
    const one = await pool.acquire({ tenant: 't', budget: { usd: 0.35 } });
    for (let message = 1; message <= 3; message += 1) one.worker.spend.next({ usd: 0.1 });
    expect(one.signal.aborted).toBe(false);
    one.worker.spend.next({ usd: 0.1 });
    expect(one.signal.reason).toMatchObject({ code: 'BUDGET_EXCEEDED', limit: 0.35 });
    const two = await pool.acquire({ tenant: 't' });
    two.worker.spend.next({ usd: 0.7 });
    expect(two.signal.reason).toMatchObject({ code: 'BUDGET_EXCEEDED', limit: 1 });
    await expect(pool.acquire({ tenant: 't' })).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    const three = await pool.acquire({ tenant: 'other' });
    three.worker.spend.next({ tokens: 1_001 });
    await expect(pool.acquire({ tenant: 'other' })).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED', limit: 1_000 });
    await pool.close();
  });

  it('reports work whose cost nobody told', async () => {
    const events: PoolEvent[] = [];
    const pool = createPool(plainFactory(), { ...checked, size: 1 });
    pool.events$.subscribe((event) => events.push(event));
    const lease = await pool.acquire();
    lease.worker.spend.next({ turns: 1, unknown: ['usd'] });
    expect(events.filter(({ type }) => type === 'usage-missing')).toHaveLength(1);
    expect(lease.spent).toMatchObject({ usd: 0, turns: 1 });
    await lease.release();
    await pool.close();
  });
});
