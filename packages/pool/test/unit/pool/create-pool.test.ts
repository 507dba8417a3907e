import { firstValueFrom, of, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createPool, PoolError, type PoolEvent } from '../../../src/index.ts';
import { plainFactory } from '../../support/plain-workers.ts';
import { settle, virtualClock } from '../../support/virtual-clock.ts';

const checked = { checkInvariants: true, random: () => 0.5 } as const;

describe('createPool', () => {
  it('starts nothing until somebody asks', async () => {
    const factory = plainFactory();
    await using pool = createPool(factory, { ...checked, size: 2 });
    await settle();
    expect(factory.contexts).toHaveLength(0);
    expect(pool.stats).toMatchObject({ size: 2, idle: 0, starting: 0 });
  });

  it('warms as many workers as it is to keep, two at a time, and lends them', async () => {
    const factory = plainFactory();
    await using pool = createPool(factory, { ...checked, size: 5 });
    await pool.warm();
    expect(pool.stats).toMatchObject({ idle: 5, leased: 0, created: 5 });
    expect(factory.peakStarting).toBe(2);
    const lease = await pool.acquire();
    expect(lease.worker).toBe(factory.made.find(({ slot }) => slot === lease.slot));
    expect(pool.stats).toMatchObject({ idle: 4, leased: 1 });
    await lease.release();
    expect(pool.stats).toMatchObject({ idle: 5, leased: 0 });
  });

  it('ends a lease with `await using`, and a second release does nothing', async () => {
    await using pool = createPool(plainFactory(), { ...checked, size: 1 });
    let first;
    {
      await using lease = await pool.acquire();
      first = lease;
    }
    const second = await pool.acquire();
    await first.release();
    await first.discard();
    expect(pool.stats.leased).toBe(1);
    expect(second.worker).toBe(first.worker);
    await second.release();
  });

  it('replaces a worker that died idle without anybody asking for one', async () => {
    const clock = virtualClock();
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, clock, size: 2 });
    await pool.warm();
    await clock.advance(2_000);
    factory.made[0]!.die();
    await settle();
    expect(pool.stats).toMatchObject({ idle: 2, created: 3, replaced: 1 });
    expect(factory.destroyed).toEqual([factory.made[0]]);
    await pool.close();
  });

  it('tells the holder when the worker of a lease is lost, and replaces it', async () => {
    const clock = virtualClock();
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, clock, size: 1 });
    const lease = await pool.acquire();
    const cause = new Error('killed');
    lease.worker.die(cause);
    expect(lease.signal.aborted).toBe(true);
    expect(lease.signal.reason).toMatchObject({ code: 'WORKER_LOST', slot: 0, cause });
    const next = await pool.acquire();
    // The late release of a lost lease must not touch the worker that took its place.
    await lease.release();
    expect(pool.stats).toMatchObject({ leased: 1 });
    expect(next.worker).not.toBe(lease.worker);
    await next.release();
    await pool.close();
  });

  it('ends a discarded worker and makes another', async () => {
    const factory = plainFactory();
    await using pool = createPool(factory, { ...checked, size: 1 });
    const lease = await pool.acquire();
    await lease.discard('stuck');
    expect(factory.destroyed).toEqual([lease.worker]);
    await using next = await pool.acquire();
    expect(next.worker).not.toBe(lease.worker);
  });

  it('drains: refuses, lets leases end, and leaves no worker', async () => {
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, size: 2 });
    const one = await pool.acquire();
    const two = await pool.acquire();
    const waiting = pool.acquire();
    const refused = expect(waiting).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    let isDrained = false;
    const drained = pool.drain().then(() => (isDrained = true));
    await refused;
    await expect(pool.acquire()).rejects.toBeInstanceOf(PoolError);
    await one.release();
    await settle();
    expect(isDrained).toBe(false);
    await two.release();
    await drained;
    expect(factory.alive).toHaveLength(0);
    expect(await pool.close()).toMatchObject({ rejectedWaiters: 1 });
    expect(factory.made).toHaveLength(2);
  });

  it('closes: takes leases back after the grace, tells each holder, and completes its streams', async () => {
    const clock = virtualClock();
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, clock, size: 2 });
    const events = firstValueFrom(pool.events$.pipe(toArray()));
    const stats = firstValueFrom(pool.stats$.pipe(toArray()));
    const lease = await pool.acquire();
    const closed = pool.close({ graceMs: 500 });
    await clock.advance(499);
    expect(lease.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(lease.signal.reason).toMatchObject({ code: 'POOL_CLOSED' });
    await closed;
    expect(pool.close()).toBe(pool.close());
    expect(factory.alive).toHaveLength(0);
    const types = (await events).map(({ type }) => type);
    expect(types.slice(-1)).toEqual(['pool-closed']);
    expect(types).toContain('pool-draining');
    expect((await events).map(({ seq }: PoolEvent) => seq)).toEqual(types.map((_, index) => index + 1));
    expect((await stats).at(-1)).toMatchObject({ idle: 0, leased: 0 });
    expect(clock.pending).toBe(0);
  });

  it('use: gives the worker back on completion, ends it on an error', async () => {
    const factory = plainFactory();
    await using pool = createPool(factory, { ...checked, size: 1 });
    expect(await firstValueFrom(pool.use((worker) => of(worker.id)))).toBe(0);
    expect(pool.stats).toMatchObject({ leased: 0 });
    const failure = new Error('work');
    await expect(firstValueFrom(pool.use(() => throwError(() => failure)))).rejects.toBe(failure);
    expect(factory.destroyed.map(({ id }) => id)).toEqual([0]);
    expect(await firstValueFrom(pool.use(async (worker) => worker.id))).toBe(1);
  });

  it('names an option that it does not know, or cannot use', () => {
    expect(() => createPool(plainFactory(), { sizes: 3 } as object)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option: 'sizes' }),
    );
    expect(() => createPool(plainFactory(), { size: 0 })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', option: 'size' }));
    expect(() => createPool(plainFactory(), { restart: { limit: -1 } })).toThrow(expect.objectContaining({ option: 'restart.limit' }));
  });
});
