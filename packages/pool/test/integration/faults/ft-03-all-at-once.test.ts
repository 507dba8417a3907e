import { fakeCli, trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createPool, createSessionPool } from '../../../src/index.ts';
import { eventually, isSoak, pidsOf, signal, sleep } from '../../support/sessions.ts';
import { unwatchedSessions } from '../../support/unwatched-sessions.ts';

const plan = isSoak ? { size: 8, rounds: 20, tasks: 200 } : { size: 3, rounds: 4, tasks: 20 };

test(
  'FT-03 all agents are killed at once, several times: the pool is whole again each time, and no call is lost',
  async () => {
    await using tracker = trackProcesses();
    const pool = createSessionPool({
      size: plan.size,
      maxStarting: 2,
      isolation: 'per-process',
      governor: false,
      reset: 'clear',
      acquireTimeoutMs: 120_000,
      session: { ...fakeCli() },
      restart: { minUptimeMs: 0 },
    });
    let mostStarting = 0;
    pool.stats$.subscribe(({ starting }) => (mostStarting = Math.max(mostStarting, starting)));
    await pool.warm();
    const perRound = Math.ceil(plan.tasks / plan.rounds);
    const wholeAgainMs: number[] = [];
    let answered = 0;
    for (let round = 0; round < plan.rounds; round += 1) {
      await sleep(50);
      const pids = pidsOf(pool);
      expect(pids).toHaveLength(plan.size);
      for (const pid of pids) signal(pid, 'SIGKILL');
      const killedAtMs = performance.now();
      // In the same tick: never one of the dead.
      const tasks = Array.from({ length: perRound }, async (_, task) => {
        const lease = await pool.acquire();
        expect(pids).not.toContain(lease.worker.transport.pid);
        expect((await lease.worker.prompt(`task ${round}.${task}`).result()).result).toBe(`task ${round}.${task}`);
        answered += 1;
        await lease.release();
      });
      expect(await eventually(() => pool.stats.idle + pool.stats.leased === plan.size, 30_000)).toBe(true);
      wholeAgainMs.push(performance.now() - killedAtMs);
      await Promise.all(tasks);
      expect(await eventually(() => pool.stats.idle === plan.size, 30_000)).toBe(true);
    }
    expect(answered).toBe(perRound * plan.rounds);
    expect(mostStarting).toBeLessThanOrEqual(2);
    if (isSoak) console.log(`FT-03 whole again after (ms): ${wholeAgainMs.map((ms) => ms.toFixed(0)).join(' ')}`);
    await pool.close();
    expect(await tracker.leaked()).toEqual([]);
  },
  isSoak ? 300_000 : 60_000,
);

test('FT-03 control: a pool that does not watch its agents hands out dead ones, and stays without any', async () => {
  await using tracker = trackProcesses();
  const pool = createPool(unwatchedSessions(fakeCli()), { size: 2 });
  await pool.warm();
  const pids = pool.snapshot().slots.map(({ pid }) => pid!);
  for (const pid of pids) signal(pid, 'SIGKILL');
  await sleep(200);
  const lease = await pool.acquire();
  expect(pids).toContain(lease.worker.transport.pid);
  await expect(lease.worker.prompt('hello').result()).rejects.toMatchObject({ code: expect.any(String) });
  expect(pool.snapshot().counters).toMatchObject({ starts: 2, lost: 0 });
  await lease.discard();
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
