import { expect, test } from 'vitest';
import { createPool, type PoolEvent } from '../../../src/index.ts';
import { plainFactory, seeded, type PlainFactory, type PlainWorker } from '../../support/plain-workers.ts';
import { virtualClock, type VirtualClock } from '../../support/virtual-clock.ts';

const limitMs = 2_000;
const heartbeatMs = 5_000;
// A tenth more by chance, and the pool looks four times a second.
const noticedMs = heartbeatMs * 1.1 + 250 + limitMs;

interface Minute {
  readonly clock: VirtualClock;
  readonly factory: PlainFactory;
  readonly hung: Set<PlainWorker>;
  /** How many signs of life were asked for. */
  readonly checks: () => number;
  readonly events: readonly PoolEvent[];
  readonly counters: () => Readonly<Record<string, number>>;
  readonly leases: () => number;
  close(): Promise<void>;
}

/** Sixty seconds of 24 workers, of which half are at work at any time, and each takes so long for a sign of life. */
async function aMinute(answerMs: (random: () => number) => number): Promise<Minute> {
  const clock = virtualClock();
  const random = seeded(11);
  const hung = new Set<PlainWorker>();
  let checks = 0;
  const factory = plainFactory({
    validate: (worker) =>
      new Promise((resolve) => {
        checks += 1;
        const tookMs = answerMs(random);
        // A process that hangs answers nothing, not even late.
        clock.setTimer(tookMs, () => (hung.has(worker) ? undefined : resolve(true)));
      }),
  });
  const pool = createPool(factory, { clock, random, size: 24, maxStarting: 24, heartbeatMs, validateTimeoutMs: limitMs });
  const events: PoolEvent[] = [];
  pool.events$.subscribe((event) => events.push(event));
  await pool.warm();
  let leases = 0;
  let isOver = false;
  const caller = async (): Promise<void> => {
    while (!isOver) {
      const lease = await pool.acquire().catch(() => undefined);
      if (lease === undefined) return;
      leases += 1;
      await new Promise<void>((resolve) => clock.setTimer(500 + random() * 6_000, resolve));
      await lease.release();
    }
  };
  const callers = Array.from({ length: 12 }, () => caller());
  await clock.advance(60_000);
  return {
    clock,
    factory,
    hung,
    checks: () => checks,
    events,
    counters: () => pool.snapshot().counters,
    leases: () => leases,
    async close() {
      isOver = true;
      await Promise.all([Promise.all(callers), clock.advance(30_000)]);
      await Promise.all([pool.close(), clock.advance(30_000)]);
    },
  };
}

const slowButAlive = (random: () => number): number => limitMs * (0.5 + 0.499 * random());

test('Q11 a minute of workers that answer late, but in time: not one is taken for hung, at rest or at work', async () => {
  const { factory, checks, events, counters, leases, close } = await aMinute(slowButAlive);
  expect(checks()).toBeGreaterThan(100);
  expect(leases()).toBeGreaterThan(60);
  expect(counters()).toMatchObject({ checksFailed: 0, lost: 0, retired: 0, faults: 0, timeouts: 0 });
  expect(factory.destroyed).toEqual([]);
  expect(factory.made).toHaveLength(24);
  expect(events.filter(({ type }) => /lost|retired|fault|restarting/.test(type))).toEqual([]);
  await close();
});

test('Q11 each of the workers that do hang is found within a heartbeat and the limit, and no other', async () => {
  const { clock, factory, hung, counters, close } = await aMinute(slowButAlive);
  for (let round = 0; round < 10; round += 1) {
    const victim = factory.alive.find((worker) => !hung.has(worker))!;
    hung.add(victim);
    // At work when it hung: its lease is its caller's, who gives it back within 6.5 s.
    await clock.advance(6_500 + noticedMs);
    expect(factory.destroyed).toContain(victim);
  }
  expect(new Set(factory.destroyed)).toEqual(hung);
  expect(counters()).toMatchObject({ checksFailed: 10, lost: 0 });
  expect(factory.alive).toHaveLength(24);
  await close();
});

test('Q11 control: answers that come after the limit are too late', async () => {
  const { factory, counters, close } = await aMinute(() => limitMs + 1);
  expect(counters()['checksFailed']).toBeGreaterThan(0);
  expect(factory.destroyed.length).toBeGreaterThan(0);
  await close();
});
