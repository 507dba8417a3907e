import { expect, test } from 'vitest';
import { createPool } from '../../../src/index.ts';
import { plainFactory } from '../../support/plain-workers.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

test('FT-16 a host that is suspended while workers are being checked condemns none of them', async () => {
  const clock = virtualClock();
  const answers: (() => void)[] = [];
  const factory = plainFactory({ validate: () => new Promise((resolve) => answers.push(() => resolve(true))) });
  const pool = createPool(factory, { clock, size: 8, heartbeatMs: 1_000 });
  const warm = pool.warm();
  await clock.advance(50);
  await warm;
  await clock.advance(1_200);
  expect(answers.length).toBeGreaterThan(0);
  clock.jump(10_000);
  // What was due fires first; the answers, which came in meanwhile, are read only then.
  const resumed = clock.advance(300);
  await Promise.resolve();
  await resumed;
  for (const answer of answers.splice(0)) answer();
  await clock.advance(1_500);
  for (const answer of answers.splice(0)) answer();
  await clock.advance(500);
  expect(factory.destroyed).toHaveLength(0);
  expect(pool.stats.idle).toBe(8);
  await Promise.all([pool.close(), clock.advance(10_000)]);
});

test('FT-16 the wall clock means nothing to the pool', async () => {
  const real = Date.now;
  const factory = plainFactory();
  const pool = createPool(factory, { size: 2, maxAgeMs: 60_000, maxIdleMs: 60_000, minIdle: 0 });
  try {
    const lease = await pool.acquire();
    for (const hours of [1, -2]) {
      Date.now = () => real() + hours * 3_600_000;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(lease.signal.aborted).toBe(false);
    await lease.release();
    expect(factory.destroyed).toHaveLength(0);
  } finally {
    Date.now = real;
    await pool.close();
  }
});

test('FT-16 control: the same ten seconds on a host that is awake condemn every worker that does not answer', async () => {
  const clock = virtualClock();
  const factory = plainFactory({ validate: () => new Promise(() => {}) });
  const pool = createPool(factory, { clock, size: 8, heartbeatMs: 1_000 });
  const warm = pool.warm();
  await clock.advance(50);
  await warm;
  await clock.advance(11_200);
  expect(factory.destroyed.length).toBeGreaterThanOrEqual(8);
  await Promise.all([pool.close(), clock.advance(10_000)]);
});

test('FT-16 control: on the wall clock, an hour forward is the end of a worker in use', async () => {
  const real = Date.now;
  const setTimer = (delayMs: number, run: () => void): (() => void) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  };
  const factory = plainFactory();
  const pool = createPool(factory, { size: 1, maxAgeMs: 60_000, clock: { nowMs: () => Date.now(), setTimer } });
  try {
    const lease = await pool.acquire();
    Date.now = () => real() + 3_600_000;
    await lease.release();
    expect(factory.destroyed).toHaveLength(1);
  } finally {
    Date.now = real;
    await pool.close();
  }
});
