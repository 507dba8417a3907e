import { expect, test } from 'vitest';
import { createGovernor, createPool, type Governor } from '../../../src/index.ts';
import { governByKey, governorOf } from '../../../src/sessions/shared-governor.ts';
import { plainFactory } from '../../support/plain-workers.ts';
import { virtualClock, type VirtualClock } from '../../support/virtual-clock.ts';

/** A governor for each of the keys `a` and `b`, and the one that a pool sees. */
function twoCredentials(clock: VirtualClock) {
  const governors = new Map(['a', 'b'].map((key) => [key, createGovernor({ clock, random: () => 0 })]));
  const governor = governByKey(
    (key) => governors.get(key)!,
    () => new Set(governors.values()),
  );
  return { governors, governor };
}

test('Q31 a credential that has to wait holds up its own keys and no others', async () => {
  const clock = virtualClock();
  const { governors, governor } = twoCredentials(clock);
  const pool = createPool(plainFactory(), {
    clock,
    size: 4,
    minIdle: 0,
    maxStarting: 4,
    acquireTimeoutMs: 1e9,
    governor,
    checkInvariants: true,
  });
  const events: string[] = [];
  pool.events$.subscribe(({ type }) => events.push(type));
  const [first] = await Promise.all([pool.acquire({ key: 'a' }), clock.advance(100)]);
  first.worker.pressure.next({ type: 'throttled', retryAfterMs: 5_000 });
  await first.release();
  let isServed = false;
  const waiting = pool.acquire({ key: 'a' }).then((lease) => {
    isServed = true;
    return lease;
  });
  const [other] = await Promise.all([pool.acquire({ key: 'b' }), clock.advance(100)]);
  expect(isServed).toBe(false);
  // Told once, however often it is looked at.
  expect(events.filter((type) => type === 'pool-throttled')).toHaveLength(1);
  expect([...governors.values()].map(({ inFlight }) => inFlight)).toEqual([0, 1]);
  await other.release();
  await clock.advance(10_000);
  expect(isServed).toBe(true);
  expect([...governors.values()].map(({ inFlight }) => inFlight)).toEqual([1, 0]);
  await (await waiting).release();
  await Promise.all([pool.close(), clock.advance(5_000)]);
  expect([...governors.values()].map(({ inFlight }) => inFlight)).toEqual([0, 0]);
});

test('Q31 a governor that comes into use is listened to, one that has gone out of it no more', () => {
  const listening = new Map<Governor, number>();
  const counted = (): Governor => {
    const inner = createGovernor();
    const governor: Governor = {
      ...inner,
      onChange(run) {
        listening.set(governor, (listening.get(governor) ?? 0) + 1);
        const unlisten = inner.onChange(run);
        return () => {
          listening.set(governor, listening.get(governor)! - 1);
          unlisten();
        };
      },
    };
    listening.set(governor, 0);
    return governor;
  };
  const [old, next] = [counted(), counted()];
  let current = old;
  const governor = governByKey(
    () => current,
    () => new Set([current]),
  );
  const counts = (): readonly unknown[] => [listening.get(old), listening.get(next)];
  const unlisten = governor.onChange(() => {});
  expect(counts()).toEqual([1, 0]);
  current = next;
  governor.admit('key');
  expect(counts()).toEqual([0, 1]);
  unlisten();
  expect(counts()).toEqual([0, 0]);
});

test('pools of one credential share its governor, and other credentials have others', () => {
  expect(governorOf({ apiKey: 'one' })).toBe(governorOf({ apiKey: 'one' }));
  expect(governorOf({ apiKey: 'one' })).not.toBe(governorOf({ apiKey: 'two' }));
});

test('Q31 with every place in use, a credential that waits gives its idle worker up for another, once for each lease', async () => {
  const clock = virtualClock();
  const { governor } = twoCredentials(clock);
  const factory = plainFactory();
  const pool = createPool(factory, { clock, size: 1, minIdle: 0, acquireTimeoutMs: 1e9, governor, checkInvariants: true });
  const [first] = await Promise.all([pool.acquire({ key: 'a' }), clock.advance(100)]);
  first.worker.pressure.next({ type: 'throttled', retryAfterMs: 60_000 });
  await first.release();
  const waiting = pool.acquire({ key: 'a' });
  for (let lease = 0; lease < 5; lease += 1) {
    const [other] = await Promise.all([pool.acquire({ key: 'b' }), clock.advance(1_000)]);
    await other.release();
  }
  expect(factory.made.length).toBeLessThanOrEqual(7);
  const [again] = await Promise.all([waiting, clock.advance(120_000)]);
  expect(again.key).toBe('a');
  await again.release();
  await Promise.all([pool.close(), clock.advance(5_000)]);
});

test('Q31 a credential that may go on again does not wait for ever behind another that always has work', async () => {
  const clock = virtualClock();
  const { governor } = twoCredentials(clock);
  const pool = createPool(plainFactory(), { clock, size: 1, minIdle: 0, acquireTimeoutMs: 1e9, governor, checkInvariants: true });
  const [first] = await Promise.all([pool.acquire({ key: 'a' }), clock.advance(100)]);
  first.worker.pressure.next({ type: 'throttled', retryAfterMs: 5_000 });
  await first.release();
  let servedAtMs: number | undefined;
  let isOver = false;
  const busy = async (): Promise<void> => {
    while (!isOver) {
      const lease = await pool.acquire({ key: 'b' });
      await new Promise<void>((resolve) => clock.setTimer(50, resolve));
      await lease.release();
    }
  };
  const clients = Promise.all([busy(), busy()]);
  const startedAtMs = clock.nowMs();
  const waiting = pool.acquire({ key: 'a' }).then((lease) => {
    servedAtMs = clock.nowMs();
    return lease.release();
  });
  for (let turn = 0; turn < 600 && servedAtMs === undefined; turn += 1) await clock.advance(100);
  expect(servedAtMs! - startedAtMs).toBeGreaterThan(4_900);
  expect(servedAtMs! - startedAtMs).toBeLessThan(7_000);
  isOver = true;
  await Promise.all([waiting, clients, clock.advance(5_000)]);
  await Promise.all([pool.close(), clock.advance(5_000)]);
});
