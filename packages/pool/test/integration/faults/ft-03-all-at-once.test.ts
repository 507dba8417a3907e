import { fakeCli, trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createSessionPool } from '../../../src/index.ts';
import { eventually, pidsOf, signal, sleep } from '../../support/sessions.ts';

test('FT-03 all agents are killed at once, several times: the pool is whole again each time, and calls are only delayed', async () => {
  await using tracker = trackProcesses();
  const pool = createSessionPool({
    size: 3,
    isolation: 'per-process',
    governor: false,
    session: { ...fakeCli() },
    restart: { minUptimeMs: 0 },
  });
  let mostStarting = 0;
  pool.stats$.subscribe(({ starting }) => (mostStarting = Math.max(mostStarting, starting)));
  await pool.warm();
  for (let round = 0; round < 3; round += 1) {
    await sleep(50);
    const pids = pidsOf(pool);
    expect(pids).toHaveLength(3);
    for (const pid of pids) signal(pid, 'SIGKILL');
    // In the same tick: never one of the dead.
    const lease = await pool.acquire();
    expect(pids).not.toContain(lease.worker.transport.pid);
    expect((await lease.worker.prompt(`round ${round}`).result()).result).toBe(`round ${round}`);
    await lease.release();
    expect(await eventually(() => pool.stats.idle === 3, 10_000)).toBe(true);
  }
  expect(mostStarting).toBeLessThanOrEqual(2);
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);

test('FT-04 a stopped agent is never handed out: it is noticed by a check, ended although it ignores signals, and replaced', async () => {
  await using tracker = trackProcesses();
  const pool = createSessionPool({
    size: 2,
    governor: false,
    isolation: 'per-process',
    validateTimeoutMs: 500,
    heartbeatMs: 500,
    session: { ...fakeCli(), shutdown: { eofGraceMs: 200, termGraceMs: 200, killGraceMs: 2_000 } },
  });
  await pool.warm();
  const [stopped, healthy] = pidsOf(pool);
  signal(stopped!, 'SIGSTOP');
  const leases = await Promise.all([pool.acquire(), pool.acquire()]);
  const pids = leases.map(({ worker }) => worker.transport.pid);
  expect(pids).not.toContain(stopped);
  expect(pids).toContain(healthy);
  expect(pool.snapshot().counters).toMatchObject({ checksFailed: 1 });
  await Promise.all(leases.map((lease) => lease.release()));
  // And without anybody asking:
  expect(await eventually(() => pool.stats.idle === 2, 10_000)).toBe(true);
  const [next] = pidsOf(pool);
  signal(next!, 'SIGSTOP');
  expect(await eventually(() => !pidsOf(pool).includes(next!) && pool.stats.idle === 2, 10_000)).toBe(true);
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
