import { firstValueFrom, skip, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createPool, toPrometheus, type PoolEvent } from '../../../src/index.ts';
import { plainFactory } from '../../support/plain-workers.ts';
import { settle, virtualClock } from '../../support/virtual-clock.ts';

const checked = { checkInvariants: true, random: () => 0.5 } as const;

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

  it('takes no worker from a lease for the time that nobody could use, and does not count it', async () => {
    const clock = virtualClock();
    const events: PoolEvent[] = [];
    const limits = { leaseMs: 60_000 };
    const pool = createPool(plainFactory(), { ...checked, clock, size: 1, leakAfterMs: 30_000, maxUses: 10, maxAgeMs: 600_000, limits });
    pool.events$.subscribe((event) => events.push(event));
    const lease = await pool.acquire({ budget: { wallMs: 50_000 } });
    const { worker } = lease;
    await clock.advance(5_000);
    clock.jump(3_600_000);
    await clock.advance(5_000);
    expect(events.map(({ type }) => type)).not.toContain('lease-leaked');
    expect(lease.signal.aborted).toBe(false);
    await lease.release();
    const again = await pool.acquire();
    // Its age is what it has lived.
    expect(again.worker).toBe(worker);
    await clock.advance(70_000);
    expect(again.signal.reason).toMatchObject({ code: 'TIME_LIMIT', clock: 'lease' });
    await pool.close();
  });
});
