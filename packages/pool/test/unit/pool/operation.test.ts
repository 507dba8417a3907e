import { firstValueFrom, skip, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createGovernor, createPool, toPrometheus, type PoolEvent } from '../../../src/index.ts';
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

describe('Q35 what can be seen', () => {
  it('numbers its events, and counts what adds up', async () => {
    const pool = createPool(plainFactory(), { ...checked, size: 2 });
    const events: PoolEvent[] = [];
    pool.events$.subscribe((event) => events.push(event));
    const lease = await pool.acquire();
    await lease.discard();
    await settle();
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const { counters, stats } = pool.snapshot();
    expect(counters['starts']).toBe(counters['created']! + counters['startFailures']! + stats.starting);
    expect(counters['created']).toBe(counters['retired']! + counters['lost']! + stats.idle + stats.leased);
    expect(JSON.parse(JSON.stringify(pool.snapshot()))).toMatchObject({ phase: 'open', slots: [{ slot: 0 }, { slot: 1 }] });
    await pool.close();
  });

  it('tells the current counts to whoever subscribes, then each change', async () => {
    const pool = createPool(plainFactory(), { ...checked, size: 1 });
    await pool.warm();
    const seen = firstValueFrom(pool.stats$.pipe(take(2), toArray()));
    const lease = await pool.acquire();
    expect(await seen).toMatchObject([
      { idle: 1, leased: 0 },
      { idle: 0, leased: 1 },
    ]);
    const later = firstValueFrom(pool.stats$.pipe(skip(1)));
    await lease.release();
    expect(await later).toMatchObject({ leased: 0 });
    await pool.close();
  });

  it('writes a snapshot as text for Prometheus', async () => {
    const pool = createPool(plainFactory(), { ...checked, size: 2, key: 'a "quoted"\nkey' });
    await pool.warm();
    const text = toPrometheus(pool.snapshot(), { host: 'one' });
    expect(text).toContain('# TYPE subwire_pool_idle gauge\nsubwire_pool_idle{host="one"} 2\n');
    expect(text).toContain('subwire_pool_start_failures_total{host="one"} 0\n');
    expect(text).toContain('subwire_pool_warm_acquire_seconds{host="one",quantile="0.99"}');
    expect(text).toContain('key="a \\"quoted\\"\\nkey"');
    expect(
      toPrometheus(pool.snapshot())
        .split('\n')
        .every((line) => line === '' || /^(# TYPE \S+ \S+|\S+(\{.*\})? [0-9.e+-]+)$/.test(line)),
    ).toBe(true);
    await pool.close();
  });
});

describe('Q36 changes while it works', () => {
  it('shrinks without taking a lease away, and grows again', async () => {
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, size: 4 });
    await pool.warm();
    const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    await pool.resize(1);
    expect(pool.stats).toMatchObject({ size: 1, leased: 3, idle: 0 });
    for (const lease of leases) {
      expect(lease.signal.aborted).toBe(false);
      await lease.release();
    }
    await settle();
    expect(factory.alive).toHaveLength(1);
    await pool.resize(3);
    await settle();
    expect(pool.stats).toMatchObject({ size: 3, idle: 3 });
    await expect(pool.resize(0)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await pool.close();
  });

  it('hands nothing out while it is paused', async () => {
    const pool = createPool(plainFactory(), { ...checked, size: 1 });
    await pool.warm();
    pool.pause();
    const call = pool.acquire();
    await settle();
    expect(pool.stats).toMatchObject({ idle: 1, waiting: 1 });
    pool.resume();
    await (await call).release();
    await pool.close();
  });

  it('reload: nothing older is handed out, and a lease runs to its end', async () => {
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, size: 2 });
    await pool.warm();
    const lease = await pool.acquire();
    pool.reload({ key: 'new' });
    const next = await pool.acquire();
    expect(next.worker).toMatchObject({ key: 'new' });
    expect(lease.signal.aborted).toBe(false);
    await lease.release();
    expect(factory.destroyed.map(({ key }) => key)).toEqual(['default', 'default']);
    await next.release();
    await pool.close();
  });
});

describe('Q40 a host that stood still', () => {
  it('does not take every worker for old, idle or mute', async () => {
    const clock = virtualClock();
    const events: PoolEvent[] = [];
    const factory = plainFactory({ validate: async () => true });
    const pool = createPool(factory, { ...checked, clock, size: 4, minIdle: 1, maxIdleMs: 60_000, maxAgeMs: 120_000 });
    pool.events$.subscribe((event) => events.push(event));
    const leases = await Promise.all(Array.from({ length: 4 }, () => pool.acquire()));
    await Promise.all(leases.map((lease) => lease.release()));
    await clock.advance(1_000);
    clock.jump(3_600_000);
    await clock.advance(5_000);
    expect(events.filter(({ type }) => type === 'clock-jumped')).toHaveLength(1);
    expect(factory.destroyed).toHaveLength(0);
    await clock.advance(130_000);
    expect(factory.destroyed.length).toBeGreaterThan(0);
    await pool.close();
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
