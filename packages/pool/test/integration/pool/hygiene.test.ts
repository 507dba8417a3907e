import { once } from 'node:events';
import { trackProcesses } from '@subwire/testing';
import { Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { createPool } from '../../../src/index.ts';
import { echoWorkers } from '../../support/echo-workers.ts';
import { eventually, isSoak, openDescriptors } from '../../support/sessions.ts';

interface Holdings {
  readonly descriptors: number | undefined;
  readonly listeners: number;
  readonly resources: number;
}

function holdings(): Holdings {
  return {
    descriptors: openDescriptors(),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    // A test runner keeps timers of its own.
    resources: process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap' || name === 'PipeWrap').length,
  };
}

test('Q41 workers that are processes: started, used, killed and ended again and again, they leave nothing in the host', async () => {
  await using tracker = trackProcesses({ pollMs: 500 });
  const cycles = isSoak ? 5_000 : 300;
  const before = holdings();
  const pool = createPool(echoWorkers, { size: 4, maxUses: 1, restart: { minUptimeMs: 0 }, maxWaiters: cycles });
  let answered = 0;
  let next = 0;
  const loop = async (): Promise<void> => {
    while (next < cycles) {
      next += 1;
      const isKilled = next % 3 === 0;
      const lease = await pool.acquire();
      const { stdin, stdout } = lease.worker;
      const answer = once(stdout!, 'data');
      stdin!.write('hello');
      const [said] = (await answer) as [Buffer];
      if (String(said) === 'hello') answered += 1;
      if (isKilled) lease.worker.kill('SIGKILL');
      await lease.release();
    }
  };
  await Promise.all(Array.from({ length: 4 }, loop));
  expect(answered).toBe(cycles);
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
  expect(await eventually(() => JSON.stringify(holdings()) === JSON.stringify(before), 5_000)).toBe(true);
}, 300_000);

test('Q41 5,000 leases of workers that are objects leave no timer, no listener and no worker behind', async () => {
  const before = holdings();
  const deaths = new Set<Subject<void>>();
  let alive = 0;
  let most = 0;
  const pool = createPool<Subject<void>>(
    {
      create: async () => {
        most = Math.max(most, (alive += 1));
        const worker = new Subject<void>();
        deaths.add(worker);
        return worker;
      },
      lost$: (worker) => worker,
      validate: async () => true,
      destroy: async () => void (alive -= 1),
    },
    { size: 8, maxUses: 1, maxStarting: 8, restart: { minUptimeMs: 0 } },
  );
  for (let cycle = 0; cycle < 5_000; cycle += 1) {
    const lease = await pool.acquire();
    if (cycle % 5 === 0) lease.worker.next();
    await lease.release();
  }
  await pool.close();
  expect(most).toBeLessThanOrEqual(8);
  expect(alive).toBe(0);
  expect(deaths.size).toBeGreaterThanOrEqual(5_000);
  expect([...deaths].filter(({ observed }) => observed)).toEqual([]);
  expect(holdings()).toEqual(before);
}, 60_000);

test('Q41 control: a process that is not ended is seen in what the host holds', async () => {
  await using tracker = trackProcesses({ pollMs: 500, graceMs: 200 });
  const before = holdings();
  const pool = createPool({ ...echoWorkers, destroy: async () => undefined }, { size: 1 });
  await pool.warm();
  await pool.close();
  expect(holdings().descriptors).not.toBe(before.descriptors);
  expect((await tracker.leaked()).length).toBe(1);
});
