import { expect, test } from 'vitest';
import { createPool } from '../../../src/index.ts';
import { plainFactory } from '../../support/plain-workers.ts';
import { settle, virtualClock } from '../../support/virtual-clock.ts';

test('P27 acquire rejects in time with the last cause of a start that always fails, after at most four starts', async () => {
  const cause = new Error('always');
  const factory = plainFactory({ onCreate: () => Promise.reject(cause) });
  const pool = createPool(factory, {});
  const beganMs = performance.now();
  await expect(pool.acquire({ timeoutMs: 500 })).rejects.toMatchObject({ cause });
  expect(performance.now() - beganMs).toBeLessThan(1_000);
  expect(factory.contexts.length).toBeLessThanOrEqual(4);
  await pool.close();
});

test('P27 drain rejects at once and starts nothing any more', async () => {
  const clock = virtualClock();
  const factory = plainFactory({ onCreate: () => Promise.reject(new Error('always')) });
  const pool = createPool(factory, { clock, random: () => 0.9 });
  const call = expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_CLOSED' });
  await settle();
  const before = factory.contexts.length;
  await pool.drain();
  await call;
  await clock.advance(120_000);
  expect(factory.contexts).toHaveLength(before);
  await pool.close();
});

test('P27 control: a pool that tries again at once makes more attempts in a moment than this one makes in a minute', async () => {
  const clock = virtualClock();
  const factory = plainFactory({ onCreate: () => Promise.reject(new Error('always')) });
  const pool = createPool(factory, { clock, restart: { backoff: () => 0, limit: 1_000 } });
  const call = pool.acquire().catch(() => {});
  await clock.advance(0);
  for (let round = 0; round < 50 && factory.contexts.length < 100; round += 1) await clock.advance(0);
  expect(factory.contexts.length).toBeGreaterThan(20);
  await pool.close();
  await call;
});
