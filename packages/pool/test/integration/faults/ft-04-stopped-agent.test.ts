import { fakeCli, trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createPool, createSessionPool } from '../../../src/index.ts';
import { seeded } from '../../support/plain-workers.ts';
import { eventually, isSoak, pidsOf, signal, sleep } from '../../support/sessions.ts';
import { unwatchedSessions } from '../../support/unwatched-sessions.ts';

const shutdown = { eofGraceMs: 50, termGraceMs: 50, killGraceMs: 2_000 };
const plan = isSoak ? { size: 8, tasks: 100, everyMs: 500 } : { size: 3, tasks: 6, everyMs: 300 };

test('FT-04 a stopped agent is never handed out: it is noticed by a check, ended although it ignores signals, and replaced', async () => {
  await using tracker = trackProcesses();
  const pool = createSessionPool({
    size: 2,
    governor: false,
    isolation: 'per-process',
    validateTimeoutMs: 300,
    heartbeatMs: 300,
    session: { ...fakeCli(), shutdown },
  });
  await pool.warm();
  const [stopped, healthy] = pidsOf(pool);
  signal(stopped!, 'SIGSTOP');
  const leases = await Promise.all([pool.acquire(), pool.acquire()]);
  const pids = leases.map(({ worker }) => worker.transport.pid);
  expect(pids).not.toContain(stopped);
  expect(pids).toContain(healthy);
  expect(pool.snapshot().counters['checksFailed']).toBeGreaterThanOrEqual(1);
  await Promise.all(leases.map((lease) => lease.release()));
  // And without anybody asking:
  expect(await eventually(() => pool.stats.idle === 2, 10_000)).toBe(true);
  const [next] = pidsOf(pool);
  signal(next!, 'SIGSTOP');
  expect(await eventually(() => !pidsOf(pool).includes(next!) && pool.stats.idle === 2, 10_000)).toBe(true);
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);

test(
  'FT-04 idle agents are stopped again and again while tasks run: every task is answered, and only stopped agents are replaced',
  async () => {
    await using tracker = trackProcesses();
    const random = seeded(4);
    const pool = createSessionPool({
      size: plan.size,
      governor: false,
      isolation: 'per-process',
      reset: 'clear',
      validateTimeoutMs: 500,
      heartbeatMs: 300,
      acquireTimeoutMs: 120_000,
      // Slow, but alive: every answer to a check takes a while, and none of them may count as a failure.
      session: { ...fakeCli({ replyDelayMs: 30, faults: [{ name: 'late-control', ms: 100, subtype: 'mcp_status' }] }), shutdown },
    });
    await pool.warm();
    const stopped = new Set<number>();
    let answered = 0;
    const tasks = Array.from({ length: plan.tasks }, async (_, task) => {
      for (;;) {
        const lease = await pool.acquire();
        try {
          // A turn that an agent slept through is the task's own deadline to notice.
          const late = sleep(700).then(() => Promise.reject(new Error('late')));
          late.catch(() => {});
          await Promise.race([lease.worker.prompt(`task ${task}`).result(), late]);
          answered += 1;
          await lease.release();
          return;
        } catch {
          await lease.discard();
        }
      }
    });
    let isOver = false;
    const all = Promise.all(tasks).then(() => (isOver = true));
    while (!isOver) {
      const pids = pidsOf(pool).filter((pid) => !stopped.has(pid));
      const victim = pids[Math.floor(random() * pids.length)];
      if (victim !== undefined) {
        stopped.add(victim);
        signal(victim, 'SIGSTOP');
      }
      await Promise.race([all, sleep(plan.everyMs)]);
    }
    expect(answered).toBe(plan.tasks);
    expect(pool.snapshot().counters['checksFailed']).toBeLessThanOrEqual(stopped.size);
    await pool.close();
    expect(await tracker.leaked()).toEqual([]);
  },
  isSoak ? 300_000 : 90_000,
);

test('FT-04 control: without checks a stopped agent is handed out, and its caller waits', async () => {
  await using tracker = trackProcesses();
  const pool = createPool(unwatchedSessions({ ...fakeCli(), shutdown }), { size: 1, closeTimeoutMs: 15_000 });
  await pool.warm();
  const pid = pool.snapshot().slots[0]!.pid!;
  signal(pid, 'SIGSTOP');
  const lease = await pool.acquire();
  expect(lease.worker.transport.pid).toBe(pid);
  const answer = lease.worker.prompt('hello').result();
  answer.catch(() => {});
  expect(await Promise.race([answer.then(() => 'answered'), sleep(700).then(() => 'silent')])).toBe('silent');
  await lease.discard();
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
