import { expect, test } from 'vitest';
import { createPool } from '../../../src/index.ts';
import { plainFactory, seeded } from '../../support/plain-workers.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

test.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'FT-10 50 calls, a worker that always crashes, seed %i: 4 starts, then the fallback once, then one notice, and no start while open',
  async (seed) => {
    const clock = virtualClock();
    const order: string[] = [];
    const factory = plainFactory({
      onCreate() {
        order.push('start');
        return Promise.reject(new Error('crash'));
      },
    });
    const fallback = (): Promise<never> => {
      order.push('fallback');
      return Promise.reject(new Error('fallback too'));
    };
    const pool = createPool(factory, { clock, random: seeded(seed), size: 4, fallback, checkInvariants: true });
    pool.events$.subscribe(({ type }) => (type === 'slot-abandoned' ? order.push('notice') : undefined));
    const outcomes = Promise.allSettled(Array.from({ length: 50 }, () => pool.acquire()));
    await clock.advance(10_000);
    expect(
      (await outcomes).every((one) => one.status === 'rejected' && (one.reason as { code: string }).code === 'RESTARTS_EXHAUSTED'),
    ).toBe(true);
    expect(order).toEqual(['start', 'start', 'start', 'start', 'fallback', 'notice']);
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'RESTARTS_EXHAUSTED' });
    await clock.advance(3_000);
    expect(order).toHaveLength(6);
    await pool.close();
  },
);

test('FT-10 control: without a bound on restarts there is no end to the starts, and nobody is ever told', async () => {
  const clock = virtualClock();
  const order: string[] = [];
  const factory = plainFactory({
    onCreate() {
      order.push('start');
      return Promise.reject(new Error('crash'));
    },
  });
  const restart = { limit: Number.POSITIVE_INFINITY, backoff: () => 10 };
  const pool = createPool(factory, { clock, random: seeded(1), size: 4, restart, fallback: () => Promise.reject(new Error('fallback')) });
  pool.events$.subscribe(({ type }) => (type === 'slot-abandoned' || type === 'worker-fallback' ? order.push(type) : undefined));
  const outcomes = Promise.allSettled(Array.from({ length: 50 }, () => pool.acquire()));
  await clock.advance(10_000);
  expect(order.length).toBeGreaterThan(500);
  expect(new Set(order)).toEqual(new Set(['start']));
  expect(pool.stats.waiting).toBe(50);
  await Promise.all([pool.close(), clock.advance(10_000)]);
  await outcomes;
});
