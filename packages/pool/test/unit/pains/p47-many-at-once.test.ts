import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { admitStart } from '../../../src/policy/admission.ts';
import { createPool } from '../../../src/index.ts';
import { plainFactory } from '../../support/plain-workers.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

test('P47 a pool of 50 warms up two at a time without holding up the event loop, and adds no listener to the process', async () => {
  const names = ['exit', 'SIGTERM', 'SIGINT', 'uncaughtException'] as const;
  const before = names.map((name) => process.listenerCount(name));
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const factory = plainFactory({ onCreate: () => new Promise((resolve) => setTimeout(resolve, 2)) });
  const pool = createPool(factory, { size: 50, hostSample: () => ({ availableBytes: 1e12, loadPerCore: 0 }) });
  delay.enable();
  await pool.warm();
  delay.disable();
  expect(factory.peakStarting).toBe(2);
  expect(pool.stats.idle).toBe(50);
  await pool.close();
  expect(names.map((name) => process.listenerCount(name))).toEqual(before);
  process.off('warning', onWarning);
  expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
});

test('P47 starts wait while the host is short of memory, but a pool is never left without any worker', async () => {
  const clock = virtualClock();
  let availableBytes = 10;
  const factory = plainFactory();
  const pool = createPool(factory, { clock, size: 4, minAvailableBytes: 100, hostSample: () => ({ availableBytes, loadPerCore: 0 }) });
  const throttled: unknown[] = [];
  pool.events$.subscribe(({ type, cause }) => (type === 'pool-throttled' ? throttled.push(cause) : undefined));
  void pool.warm();
  await clock.advance(10_000);
  expect(pool.stats.idle).toBe(1);
  expect(throttled).toEqual(['memory']);
  availableBytes = 1_000;
  await clock.advance(2_000);
  expect(pool.stats.idle).toBe(4);
  await pool.close();
});

test.each([
  [{ starting: 2, maxStarting: 2, live: 0 }, { availableBytes: 1_000, loadPerCore: 0 }, 'starts'],
  [{ starting: 0, maxStarting: 2, live: 0 }, { availableBytes: 0, loadPerCore: 99 }, 'admit'],
  [{ starting: 0, maxStarting: 2, live: 1 }, { availableBytes: 0, loadPerCore: 0 }, 'memory'],
  [{ starting: 1, maxStarting: 2, live: 1 }, { availableBytes: 1_000, loadPerCore: 9 }, 'load'],
  [{ starting: 0, maxStarting: 2, live: 1 }, { availableBytes: 1_000, loadPerCore: 9 }, 'admit'],
] as const)('P47 %j on a host with %j: %s', (request, host, answer) => {
  expect(admitStart(request, host, { minAvailableBytes: 100, maxLoadPerCore: 4 })).toBe(answer);
});
