import { expect, test } from 'vitest';
import { createPool } from '../../../src/index.ts';
import { plainFactory, seeded } from '../../support/plain-workers.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

test('Q05 ten keys that all have work are served alike', async () => {
  const clock = virtualClock();
  const pool = createPool(plainFactory(), {
    clock,
    size: 5,
    minIdle: 0,
    maxStarting: 5,
    maxWaiters: 1e4,
    acquireTimeoutMs: 1e9,
    random: () => 0.5,
  });
  const served = new Map<string, number>();
  let count = 0;
  const work = async (key: string): Promise<void> => {
    while (count < 1_000) {
      const lease = await pool.acquire({ key });
      count += 1;
      served.set(key, (served.get(key) ?? 0) + 1);
      await new Promise<void>((resolve) => clock.setTimer(10, resolve));
      await lease.release();
    }
  };
  const loops = Array.from({ length: 10 }, (_, key) => [work(`key-${key}`), work(`key-${key}`)]).flat();
  while (count < 1_000) await clock.advance(1_000);
  const shares = [...served.values()];
  expect(shares).toHaveLength(10);
  expect(Math.max(...shares) / Math.min(...shares)).toBeLessThanOrEqual(1.1);
  await Promise.all([Promise.all(loops), clock.advance(10_000)]);
  await Promise.all([pool.close(), clock.advance(5_000)]);
});

test('a place that was given up for one key serves another, and goes on being left alone for the first', async () => {
  const clock = virtualClock();
  let starts = 0;
  const factory = plainFactory({
    onCreate({ key }) {
      if (key === 'good') return undefined;
      starts += 1;
      return Promise.reject(new Error('bad'));
    },
  });
  const pool = createPool(factory, { clock, size: 1, minIdle: 0, checkInvariants: true, random: () => 0.5, restart: { limit: 0 } });
  await expect(pool.acquire({ key: 'bad' })).rejects.toMatchObject({ code: 'RESTARTS_EXHAUSTED' });
  expect(pool.stats.abandoned).toBe(1);
  const lease = await pool.acquire({ key: 'good' });
  await expect(pool.acquire({ key: 'bad' })).rejects.toMatchObject({ code: 'RESTARTS_EXHAUSTED' });
  await lease.release();
  expect(starts).toBe(1);
  await Promise.all([pool.close(), clock.advance(5_000)]);
});

test('Q19 conversations find the worker that they had, never that of another, and those that were given up begin anew', async () => {
  const random = seeded(19);
  const clock = virtualClock();
  const pool = createPool(plainFactory(), { clock, size: 8, minIdle: 0, maxStarting: 8, stickyMs: 1e9, random });
  let hits = 0;
  let again = 0;
  // Eight conversations at a time fit; then the next eight come.
  for (let group = 0; group < 12; group += 1) {
    const names = Array.from({ length: 8 }, (_, index) => `talk-${group}-${index}`);
    for (let turn = 0; turn < 5; turn += 1) {
      for (const name of names) {
        const lease = await pool.acquire({ sticky: name });
        const { notes } = lease.worker;
        expect(notes.every((note) => note === name)).toBe(true);
        if (turn > 0) {
          again += 1;
          if (notes.length > 0) hits += 1;
        }
        notes.push(name);
        await lease.release();
        await clock.advance(1);
      }
    }
  }
  expect(hits / again).toBeGreaterThanOrEqual(0.8);
  await Promise.all([pool.close(), clock.advance(5_000)]);
});

test('Q48 a snapshot of 100 places is plain JSON and takes less than 5 ms', async () => {
  const pool = createPool(plainFactory(), { size: 100, maxStarting: 100 });
  await pool.warm();
  const leases = await Promise.all(Array.from({ length: 50 }, () => pool.acquire({ tenant: 'one' })));
  pool.snapshot();
  const tookMs = Array.from({ length: 21 }, () => {
    const beganMs = performance.now();
    pool.snapshot();
    return performance.now() - beganMs;
  }).sort((one, other) => one - other);
  expect(tookMs[10]).toBeLessThan(5);
  const snapshot = pool.snapshot();
  expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  expect(Object.keys(snapshot).sort()).toEqual(['counters', 'histograms', 'isPaused', 'keys', 'phase', 'phases', 'slots', 'stats']);
  await Promise.all(leases.map((lease) => lease.release()));
  await pool.close();
});

test('no worker is given up for a call that could not be served anyway', async () => {
  const clock = virtualClock();
  const factory = plainFactory();
  const pool = createPool(factory, {
    clock,
    size: 1,
    minIdle: 0,
    random: () => 0.5,
    checkInvariants: true,
    tenants: { none: { maxLeased: 0 } },
  });
  await (await pool.acquire({ key: 'a' })).release();
  // Its tenant may have none: it waits, and is older than what comes.
  const blocked = pool.acquire({ key: 'b', tenant: 'none', timeoutMs: 1_000 });
  const refused = expect(blocked).rejects.toMatchObject({ code: 'ACQUIRE_TIMEOUT' });
  await clock.advance(10);
  for (let count = 0; count < 5; count += 1) await (await pool.acquire({ key: 'a' })).release();
  expect(factory.made.map(({ key }) => key)).toEqual(['a']);
  await clock.advance(1_000);
  await refused;
  await Promise.all([pool.close(), clock.advance(5_000)]);
});
