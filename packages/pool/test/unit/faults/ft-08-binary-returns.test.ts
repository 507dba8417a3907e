import { expect, test } from 'vitest';
import { createPool, type PoolOptions } from '../../../src/index.ts';
import { plainFactory, type PlainFactory } from '../../support/plain-workers.ts';
import { virtualClock, type VirtualClock } from '../../support/virtual-clock.ts';

const openMs = 15_000;
const spawnMs = 30;
const bootMs = 400;

interface Machine {
  readonly clock: VirtualClock;
  readonly factory: PlainFactory;
  isThere: boolean;
  readonly startedAtMs: number[];
}

/** The operating system needs 30 ms to say that there is no such file, and an agent 400 ms to start. */
function machine(): Machine {
  const clock = virtualClock();
  const startedAtMs: number[] = [];
  const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimer(ms, resolve));
  const own: Machine = {
    clock,
    isThere: false,
    startedAtMs,
    factory: plainFactory({
      async onCreate() {
        startedAtMs.push(clock.nowMs());
        await wait(own.isThere ? bootMs : spawnMs);
        if (!own.isThere) throw Object.assign(new Error('spawn claude ENOENT'), { code: 'ENOENT' });
      },
    }),
  };
  return own;
}

async function outage(options: PoolOptions = {}) {
  const own = machine();
  const { clock, factory } = own;
  const pool = createPool(factory, {
    maxStarting: 1,
    ...options,
    clock,
    size: 4,
    random: () => 0,
    restart: { openMs, ...options.restart },
  });
  const rejectedAtMs: number[] = [];
  const codes = new Set<unknown>();
  const call = (): Promise<unknown> =>
    pool.acquire().then(
      (lease) => lease.release(),
      (cause: unknown) => {
        rejectedAtMs.push(clock.nowMs());
        codes.add((cause as { code: unknown }).code);
      },
    );
  const calls = Array.from({ length: 100 }, call);
  await clock.advance(10_000);
  await Promise.all(calls);
  return { ...own, own, pool, rejectedAtMs, codes, call };
}

test.each([1, 2, 4])(
  'FT-08 100 calls are told within 50 ms, after as many attempts as may be under way at once (%i): nothing is started any more',
  async (maxStarting) => {
    const { pool, clock, rejectedAtMs, codes, startedAtMs, call } = await outage({ maxStarting });
    expect(rejectedAtMs).toHaveLength(100);
    expect(Math.max(...rejectedAtMs)).toBeLessThanOrEqual(50);
    expect([...codes]).toEqual(['WARMUP_FAILED']);
    const beforeMs = clock.nowMs();
    await call();
    expect(rejectedAtMs.at(-1)).toBe(beforeMs);
    expect(startedAtMs).toEqual(Array.from({ length: maxStarting }, () => 0));
    await Promise.all([pool.close(), clock.advance(5_000)]);
  },
);

test('FT-08 when the executable has returned, the pool serves within a second of the end of the breaker, by itself', async () => {
  const { pool, own, clock, startedAtMs } = await outage();
  own.isThere = true;
  await clock.advance(spawnMs + openMs - 1 - clock.nowMs());
  expect(startedAtMs).toEqual([0]);
  await clock.advance(1 + 1_000);
  // One start shows that it works again, then the others.
  expect(startedAtMs[1]).toBe(spawnMs + openMs);
  expect(pool.stats.idle).toBeGreaterThanOrEqual(1);
  expect((await pool.acquire()).waitedMs).toBe(0);
  await Promise.all([pool.close({ graceMs: 0 }), clock.advance(5_000)]);
});

test('FT-08 a call that comes at the end of the breaker waits for that one start and is served by it', async () => {
  const { pool, own, clock, startedAtMs } = await outage();
  own.isThere = true;
  await clock.advance(spawnMs + openMs - clock.nowMs());
  const call = pool.acquire();
  await clock.advance(bootMs);
  expect((await call).waitedMs).toBe(bootMs);
  expect(startedAtMs.slice(0, 2)).toEqual([0, spawnMs + openMs]);
  await Promise.all([pool.close({ graceMs: 0 }), clock.advance(5_000)]);
});

test('FT-08 control: without telling causes apart there are four attempts, and callers wait for all of them', async () => {
  const { pool, clock, rejectedAtMs, startedAtMs } = await outage({ restart: { isPermanent: () => false, backoff: () => 200 } });
  expect(startedAtMs).toHaveLength(4);
  expect(Math.min(...rejectedAtMs)).toBeGreaterThan(600);
  await Promise.all([pool.close(), clock.advance(5_000)]);
});
