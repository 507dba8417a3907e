import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createPool, type Lease } from '../../../src/index.ts';
import { plainFactory, seeded, type PlainWorker } from '../../support/plain-workers.ts';
import { settle, virtualClock } from '../../support/virtual-clock.ts';

const checked = { checkInvariants: true, random: () => 0.5 } as const;

describe('Q05 order', () => {
  it('serves 1,000 calls in the order of their arrival, whoever gives up in between', async () => {
    const random = seeded(5);
    const clock = virtualClock();
    const pool = createPool(plainFactory(), { ...checked, checkInvariants: false, clock, size: 3, maxWaiters: 2_000 });
    const served: number[] = [];
    const calls = Array.from({ length: 1_000 }, (_, index) => {
      const abort = new AbortController();
      const done = pool.acquire({ signal: abort.signal }).then(
        async (lease) => {
          served.push(index);
          await clock.advance(0);
          await lease.release();
        },
        () => {},
      );
      return { abort, done, leaves: random() < 0.2 };
    });
    for (const { abort, leaves } of calls) if (leaves) abort.abort();
    await Promise.all(calls.map(({ done }) => done));
    expect(served).toEqual([...served].sort((one, other) => one - other));
    expect(served.length).toBeGreaterThanOrEqual(calls.filter(({ leaves }) => !leaves).length);
    await pool.close();
  });
});

describe('Q06 priority', () => {
  async function starve(ageingMs: number): Promise<number> {
    const clock = virtualClock();
    const pool = createPool(plainFactory(), { ...checked, clock, size: 1, ageingMs, acquireTimeoutMs: Number.POSITIVE_INFINITY });
    let servedAtMs = Number.POSITIVE_INFINITY;
    const first = await pool.acquire();
    void pool.acquire({ priority: 9 }).then(async (lease) => {
      servedAtMs = clock.nowMs();
      await lease.release();
    });
    let lease = first;
    // There is always another urgent call in the queue before the worker comes back.
    for (let second = 0; second < 200; second += 1) {
      const next = pool.acquire({ priority: 0 });
      await clock.advance(1_000);
      await lease.release();
      lease = await next;
    }
    await lease.release();
    await pool.close();
    return servedAtMs;
  }

  it('lets the lowest priority wait no longer than nine steps under constant overload by the highest', async () => {
    const servedAtMs = await starve(10_000);
    expect(servedAtMs).toBeGreaterThan(80_000);
    expect(servedAtMs).toBeLessThanOrEqual(92_000);
  });

  it('control: without ageing it starves', async () => {
    expect(await starve(1e9)).toBeGreaterThanOrEqual(200_000);
  });

  it('refuses a priority that is none', async () => {
    const pool = createPool(plainFactory(), checked);
    await expect(pool.acquire({ priority: 10 })).rejects.toMatchObject({ code: 'INVALID_OPTION', option: 'priority' });
    await expect(pool.acquire({ priority: 0.5 })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await pool.close();
  });
});

describe('Q07 the deadline of acquire', () => {
  it('is 30 s from the call, and the error says where the call stood', async () => {
    const clock = virtualClock();
    const pool = createPool(plainFactory(), { ...checked, clock, size: 1 });
    const lease = await pool.acquire();
    let settledAtMs: number | undefined;
    const ahead = pool.acquire({ timeoutMs: 60_000 });
    const late = pool.acquire();
    late.catch(() => (settledAtMs = clock.nowMs()));
    const rejected = expect(late).rejects.toMatchObject({
      code: 'ACQUIRE_TIMEOUT',
      retryable: true,
      position: 1,
      stats: { leased: 1, waiting: 2 },
    });
    await clock.advance(30_000);
    await rejected;
    expect(settledAtMs).toBe(30_000);
    await lease.release();
    await (await ahead).release();
    await pool.close();
  });

  it('fires in real time while a factory rejects without ever yielding, and the event loop goes on', async () => {
    let ticks = 0;
    const interval = setInterval(() => (ticks += 1), 10);
    const factory = plainFactory({ onCreate: () => Promise.reject(Object.assign(new Error('no more files'), { code: 'EMFILE' })) });
    const pool = createPool(factory, { size: 4 });
    const beganMs = performance.now();
    await expect(pool.acquire({ timeoutMs: 300 })).rejects.toMatchObject({ code: 'ACQUIRE_TIMEOUT', cause: { code: 'EMFILE' } });
    const tookMs = performance.now() - beganMs;
    clearInterval(interval);
    expect(tookMs).toBeGreaterThanOrEqual(295);
    expect(tookMs).toBeLessThan(5_000);
    expect(factory.contexts.length).toBeLessThanOrEqual(12);
    expect(ticks).toBeGreaterThan(5);
    await pool.close();
  });
});

describe('Q08 abort', () => {
  it('rejects with the reason of the signal in every phase, and leaves no listener behind', async () => {
    const clock = virtualClock();
    const random = seeded(8);
    const factory = plainFactory({
      onCreate: () => new Promise((resolve) => clock.setTimer(50, resolve)),
      validate: () => new Promise((resolve) => clock.setTimer(3, () => resolve(true))),
    });
    const pool = createPool(factory, { ...checked, clock, size: 2 });
    const reason = new Error('enough');
    let rejected = 0;
    let served = 0;
    for (let round = 0; round < 200; round += 1) {
      const abort = new AbortController();
      const call = pool.acquire({ signal: abort.signal }).then(
        async (lease) => {
          served += 1;
          await lease.release();
        },
        (cause: unknown) => {
          expect(cause).toBe(reason);
          rejected += 1;
        },
      );
      await clock.advance(Math.floor(random() * 8));
      abort.abort(reason);
      await call;
      expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
    }
    expect(rejected + served).toBe(200);
    expect(rejected).toBeGreaterThan(20);
    expect(pool.stats).toMatchObject({ leased: 0, waiting: 0 });
    await clock.advance(100);
    await pool.close();
  });

  it('an aborted start goes on as stock for the next call', async () => {
    const clock = virtualClock();
    const factory = plainFactory({ onCreate: () => new Promise((resolve) => clock.setTimer(50, resolve)) });
    const pool = createPool(factory, { ...checked, clock, size: 1 });
    const abort = new AbortController();
    const call = pool.acquire({ signal: abort.signal });
    abort.abort();
    await expect(call).rejects.toBe(abort.signal.reason);
    await clock.advance(50);
    expect(pool.stats.idle).toBe(1);
    await pool.close();
  });

  it('does not even queue a call whose signal has fired already', async () => {
    const pool = createPool(plainFactory(), checked);
    await expect(pool.acquire({ signal: AbortSignal.abort('no') })).rejects.toBe('no');
    expect(pool.stats.waiting).toBe(0);
    await pool.close();
  });
});

describe('Q09 a full queue', () => {
  it('refuses exactly those over the cap, at once, with an estimate of the wait', async () => {
    const clock = virtualClock();
    const pool = createPool(plainFactory(), { ...checked, checkInvariants: false, clock, size: 2, maxWaiters: 1_000 });
    for (const lease of [await pool.acquire(), await pool.acquire()]) {
      void clock.advance(100);
      await settle();
      await lease.release();
    }
    const held = [await pool.acquire(), await pool.acquire()];
    const calls = Array.from({ length: 1_500 }, () => pool.acquire());
    const outcomes = Promise.allSettled(calls);
    await settle();
    expect(pool.stats.waiting).toBe(1_000);
    expect(pool.snapshot().counters['shed']).toBe(500);
    await expect(calls[1_499]).rejects.toMatchObject({ code: 'QUEUE_FULL', retryable: true });
    const closing = pool.close({ graceMs: 0 });
    await closing;
    const rejected = (await outcomes)
      .filter((outcome) => outcome.status === 'rejected')
      .map(({ reason }) => reason as { code: string; retryAfterMs?: number });
    expect(rejected.filter(({ code }) => code === 'QUEUE_FULL')).toHaveLength(500);
    expect(rejected.filter(({ code }) => code === 'POOL_CLOSED')).toHaveLength(1_000);
    // Two workers, leases of about 100 ms: the thousandth waits for about 50 s.
    const estimate = rejected.find(({ code }) => code === 'QUEUE_FULL')!.retryAfterMs!;
    expect(estimate).toBeGreaterThan(10_000);
    expect(estimate).toBeLessThan(100_000);
    for (const lease of held) expect(lease.signal.aborted).toBe(true);
  });

  it('takes a call that can be served at once even when nobody may wait', async () => {
    const pool = createPool(plainFactory(), { ...checked, size: 1, maxWaiters: 0 });
    await pool.warm();
    const lease = await pool.acquire();
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    await lease.release();
    await pool.close();
  });
});

describe('Q04 keys', () => {
  it('never gives a worker to another key, and gives up the one that was idle longest when there is no room', async () => {
    const clock = virtualClock();
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, clock, size: 3, minIdle: 0 });
    for (const key of ['a', 'b', 'c']) {
      const lease = await pool.acquire({ key });
      expect(lease.worker.key).toBe(key);
      await lease.release();
      await clock.advance(10);
    }
    expect(pool.stats.idle).toBe(3);
    const fourth = await pool.acquire({ key: 'd' });
    expect(fourth.worker.key).toBe('d');
    expect(factory.destroyed.map(({ key }) => key)).toEqual(['a']);
    await fourth.release();
    const again = await pool.acquire({ key: 'b' });
    expect(factory.made.filter(({ key }) => key === 'b')).toHaveLength(1);
    await again.release();
    await pool.close();
  });

  it('serves 300 keys over 8 places: never more than 8 workers, everybody served', async () => {
    const factory = plainFactory();
    const pool = createPool(factory, { ...checked, size: 8, minIdle: 0, maxStarting: 4 });
    const keys = Array.from({ length: 300 }, (_, index) => `key-${index}`);
    await Promise.all(keys.map((key) => pool.acquire({ key }).then(async (lease: Lease<PlainWorker>) => lease.release())));
    expect(factory.peak).toBeLessThanOrEqual(8);
    expect(factory.made).toHaveLength(300);
    await pool.close();
  });
});
