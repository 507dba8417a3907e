import { describe, expect, it } from 'vitest';
import { createPool, type PoolEvent } from '../../../src/index.ts';
import { plainFactory } from '../../support/plain-workers.ts';
import { settle, virtualClock } from '../../support/virtual-clock.ts';

const checked = { checkInvariants: true, random: () => 0.5 } as const;

describe('Q15 Q16 the chain of recovery', () => {
  it('restarts three times with growing waits, asks the fallback once, then gives up once', async () => {
    const clock = virtualClock();
    const startedAtMs: number[] = [];
    const factory = plainFactory({
      onCreate() {
        startedAtMs.push(clock.nowMs());
        return Promise.reject(new Error(`boot ${startedAtMs.length}`));
      },
    });
    const fallback = (): Promise<never> => Promise.reject(new Error('fallback'));
    const events: PoolEvent[] = [];
    const pool = createPool(factory, { ...checked, clock, size: 2, minIdle: 0, fallback, random: () => 0.9 });
    pool.events$.subscribe((event) => events.push(event));
    const call = pool.acquire({ timeoutMs: 60_000 });
    const rejected = expect(call).rejects.toMatchObject({
      code: 'RESTARTS_EXHAUSTED',
      causes: [{ message: 'boot 1' }, { message: 'boot 2' }, { message: 'boot 3' }, { message: 'boot 4' }, { message: 'fallback' }],
    });
    await clock.advance(10_000);
    await rejected;
    const gaps = startedAtMs.slice(1).map((atMs, index) => atMs - startedAtMs[index]!);
    expect(gaps).toEqual([225, 450, 900]);
    const chain = events.map(({ type }) => type).filter((type) => type !== 'worker-starting');
    expect(chain).toEqual(['worker-restarting', 'worker-restarting', 'worker-restarting', 'worker-fallback', 'slot-abandoned']);
    await pool.close();
  });

  it('serves by the fallback while the factory is out of order', async () => {
    const good = plainFactory();
    const bad = plainFactory({ onCreate: () => Promise.reject(new Error('no')) });
    const clock = virtualClock();
    const pool = createPool(bad, { ...checked, clock, size: 2, minIdle: 0, fallback: (context) => good.create(context) });
    const call = pool.acquire({ timeoutMs: 60_000 });
    await clock.advance(10_000);
    expect((await call).worker).toBe(good.made[0]);
    expect(bad.contexts).toHaveLength(4);
    await (await call).release();
    await pool.close();
  });

  it('opens for a while, starts nothing meanwhile, then lets exactly one probe through for 500 callers', async () => {
    const clock = virtualClock();
    let isBroken = true;
    const factory = plainFactory({
      onCreate: () => (isBroken ? Promise.reject(new Error('no')) : new Promise((resolve) => clock.setTimer(100, resolve))),
    });
    const pool = createPool(factory, { ...checked, checkInvariants: false, clock, size: 4, minIdle: 0, random: () => 0 });
    await expect(Promise.all([pool.acquire({ timeoutMs: 5_000 }), clock.advance(5_000)])).rejects.toMatchObject({
      code: 'RESTARTS_EXHAUSTED',
    });
    expect(factory.contexts).toHaveLength(4);
    await clock.advance(14_000);
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'RESTARTS_EXHAUSTED' });
    expect(factory.contexts).toHaveLength(4);
    await clock.advance(1_100);
    isBroken = false;
    const calls = Array.from({ length: 500 }, () => pool.acquire().then((lease) => lease.release()));
    await clock.advance(50);
    expect(factory.contexts).toHaveLength(5);
    await clock.advance(2_000);
    await Promise.all(calls);
    await pool.close();
  });

  it('opens twice as long after a failed probe', async () => {
    const clock = virtualClock();
    const factory = plainFactory({ onCreate: () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })) });
    const pool = createPool(factory, { ...checked, clock, size: 1, random: () => 0 });
    await pool.warm().catch(() => {});
    await clock.advance(14_999);
    expect(factory.contexts).toHaveLength(1);
    await clock.advance(2);
    expect(factory.contexts).toHaveLength(2);
    await clock.advance(29_000);
    expect(factory.contexts).toHaveLength(2);
    await clock.advance(1_002);
    expect(factory.contexts).toHaveLength(3);
    await pool.close();
  });

  it('one bad place is given up while the others serve', async () => {
    const clock = virtualClock();
    const events: PoolEvent[] = [];
    const factory = plainFactory({ onCreate: ({ slot }) => (slot === 2 ? Promise.reject(new Error('bad place')) : undefined) });
    const pool = createPool(factory, { ...checked, clock, size: 4 });
    pool.events$.subscribe((event) => events.push(event));
    const warm = pool.warm();
    await clock.advance(10_000);
    await warm;
    expect(pool.stats).toMatchObject({ idle: 3, abandoned: 1 });
    expect(events.filter(({ type }) => type === 'slot-abandoned')).toMatchObject([{ slot: 2 }]);
    const lease = await pool.acquire();
    await lease.release();
    await pool.close();
  });

  it('keeps the two budgets apart: a thousand healthy workers shot at work charge nothing', async () => {
    const clock = virtualClock();
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, checkInvariants: false, clock, size: 4 });
    for (let kill = 0; kill < 1_000; kill += 1) {
      const lease = await pool.acquire();
      lease.worker.die();
      await settle(10);
    }
    expect(pool.snapshot().counters).toMatchObject({ startFailures: 0, abandoned: 0, lost: 1_000 });
    expect(pool.snapshot().keys[0]).toMatchObject({ breaker: 'closed' });
    await pool.close();
  });

  it('workers that die as soon as they are warm are failed starts', async () => {
    const clock = virtualClock();
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, clock, size: 1, maxStarting: 1 });
    await pool.warm().catch(() => {});
    for (let turn = 0; turn < 40; turn += 1) {
      for (const worker of factory.alive) worker.die(new Error('flash'));
      await clock.advance(100);
    }
    expect(factory.made).toHaveLength(4);
    expect(pool.stats.abandoned).toBe(1);
    await pool.close();
  });
});

describe('Q17 recycling', () => {
  it('by uses', async () => {
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, size: 1, maxUses: 3 });
    for (let use = 0; use < 7; use += 1) await (await pool.acquire()).release();
    await settle();
    expect(factory.destroyed.map(({ id }) => id)).toEqual([0, 1]);
    await pool.close();
  });

  it('by age, one at a time, so that workers born together do not all go together', async () => {
    const clock = virtualClock();
    const goneAtMs: number[] = [];
    let draw = 0;
    const factory = plainFactory({
      onCreate: () => new Promise((resolve) => clock.setTimer(20, resolve)),
      onDestroy: async () => void goneAtMs.push(clock.nowMs()),
    });
    const random = (): number => (draw = (draw + 0.37) % 1);
    const pool = createPool(factory, { ...checked, clock, size: 16, maxAgeMs: 10_000, random });
    const warm = pool.warm();
    await clock.advance(1_000);
    await warm;
    let fewest = 16;
    for (let tick = 0; tick < 200; tick += 1) {
      await clock.advance(100);
      fewest = Math.min(fewest, pool.stats.idle);
    }
    expect(goneAtMs.length).toBeGreaterThanOrEqual(16);
    expect(goneAtMs[15]! - goneAtMs[0]!).toBeGreaterThanOrEqual(200);
    expect(fewest).toBeGreaterThanOrEqual(15);
    await Promise.all([pool.close(), clock.advance(10_000)]);
  });

  it('by memory: idle at once, at work only after the lease', async () => {
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, size: 2, limits: { residentBytes: 1_000 } });
    await pool.warm();
    const lease = await pool.acquire();
    const other = factory.made.find((worker) => worker !== lease.worker)!;
    other.usage.next({ residentBytes: 1_001 });
    lease.worker.usage.next({ residentBytes: 5_000 });
    await settle();
    expect(factory.destroyed).toEqual([other]);
    expect(lease.signal.aborted).toBe(false);
    await lease.release();
    expect(factory.destroyed).toContain(lease.worker);
    await pool.close();
  });

  it.each([
    ['turns', { turns: 5 }],
    ['contextPercent', { contextPercent: 80 }],
    ['costUsd', { costUsd: 2 }],
  ] as const)('by %s', async (_name, recycle) => {
    let wear = {};
    const factory = plainFactory({ wearOf: () => wear });
    const pool = createPool(factory, { ...checked, size: 1, recycle });
    const first = await pool.acquire();
    await first.release();
    wear = recycle;
    const second = await pool.acquire();
    expect(second.worker).toBe(first.worker);
    await second.release();
    expect(factory.destroyed).toEqual([first.worker]);
    await pool.close();
  });

  it('by idleness, down to what is to be kept warm', async () => {
    const clock = virtualClock();
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, clock, size: 8, minIdle: 2, maxIdleMs: 500 });
    const leases = await Promise.all(Array.from({ length: 8 }, () => pool.acquire()));
    await Promise.all(leases.map((lease) => lease.release()));
    await clock.advance(3_000);
    expect(pool.stats).toMatchObject({ idle: 2 });
    expect(factory.alive).toHaveLength(2);
    await pool.close();
  });
});
