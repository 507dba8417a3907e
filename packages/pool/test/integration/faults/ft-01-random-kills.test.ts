import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSession, type Session } from '@subwire/core';
import { fakeCli, trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createPool, createSessionPool, type Lease, type SessionPool } from '../../../src/index.ts';
import { echoWorkers } from '../../support/echo-workers.ts';
import { seeded } from '../../support/plain-workers.ts';
import { eventually, isSoak, openDescriptors, sleep } from '../../support/sessions.ts';
import { storm } from '../../support/storm.ts';

// The soak has the numbers of the acceptance: 60 s, 8 places, a kill every 50 ms, 200 tasks at a time.
const acceptance = { size: 8, forMs: 60_000, everyMs: 50, outstanding: 200, budget: 20 };
const plan = isSoak ? acceptance : { size: 3, forMs: 2_500, everyMs: 150, outstanding: 20, budget: 40 };
const plainPlan = isSoak ? acceptance : { ...acceptance, forMs: 2_500 };
const timeoutMs = plan.forMs + 120_000;
// Faster than this, the machine can start agents as quickly as they are killed: then the number of tasks says something about the pool.
const quickBootMs = 70;

function sessions(): SessionPool {
  const session = { ...fakeCli({ replyDelayMs: 20 }) };
  return createSessionPool({ size: plan.size, reset: 'clear', isolation: 'per-process', governor: false, session, maxWaiters: 1e4 });
}

async function ask({ worker }: Lease<Session>, name: string): Promise<string> {
  return (await worker.prompt(name).result()).result ?? '';
}

/** The time that this machine takes to boot one agent while it does nothing else, in milliseconds. */
async function bootMs(): Promise<number> {
  const times: number[] = [];
  for (let boot = 0; boot < 5; boot += 1) {
    const session = await openSession({ ...fakeCli() });
    times.push(session.timings.spawnMs + session.timings.handshakeMs);
    await session.close();
  }
  return times.sort((one, other) => one - other)[2]!;
}

const random = seeded(2);

/** A task that keeps a plain worker busy for 20 to 80 ms: it is asked at the beginning and at the end. */
async function converse({ worker, signal }: Lease<ChildProcess>, name: string): Promise<string> {
  const lost = once(signal, 'abort').then(() => Promise.reject(new Error('lost')));
  lost.catch(() => {});
  const echo = async (text: string): Promise<string> => {
    const answer = once(worker.stdout!, 'data', { signal });
    answer.catch(() => {});
    worker.stdin!.write(text, () => {});
    return String((await Promise.race([answer, lost]))[0]);
  };
  await echo('begin');
  await Promise.race([sleep(20 + random() * 60), lost]);
  return echo(name);
}

test(
  'FT-01 a random agent is killed again and again: no task is lost, repeated or left open, no process and no descriptor stays',
  async () => {
    await using tracker = trackProcesses({ pollMs: 1_000 });
    const boot = isSoak ? await bootMs() : Number.POSITIVE_INFINITY;
    const before = openDescriptors();
    const pool = sessions();
    await pool.warm();
    const { done, failed, duplicated, kills, open } = await storm(pool, ask, plan);
    expect({ failed, duplicated, open }).toEqual({ failed: 0, duplicated: 0, open: 0 });
    expect(kills).toBeGreaterThanOrEqual((plan.forMs / plan.everyMs) * 0.4);
    if (isSoak) console.log(`FT-01 an agent boots in ${boot.toFixed(0)} ms here; ${done} tasks done`);
    expect(done).toBeGreaterThanOrEqual(boot <= quickBootMs ? 7_500 : 20);
    expect(await tracker.leaked()).toEqual([]);
    expect(await eventually(() => openDescriptors() === before, 3_000)).toBe(true);
  },
  timeoutMs,
);

test(
  'FT-01 the same with workers that start in no time: the pool itself keeps up with a kill every 50 ms',
  async () => {
    await using tracker = trackProcesses({ pollMs: 1_000 });
    const before = openDescriptors();
    const pool = createPool(echoWorkers, { size: plainPlan.size, maxWaiters: 1e4, restart: { minUptimeMs: 0 } });
    await pool.warm();
    const { done, failed, duplicated, kills, open } = await storm(pool, converse, plainPlan);
    expect({ failed, duplicated, open }).toEqual({ failed: 0, duplicated: 0, open: 0 });
    expect(kills).toBeGreaterThanOrEqual((plainPlan.forMs / plainPlan.everyMs) * 0.4);
    expect(done).toBeGreaterThanOrEqual(isSoak ? 7_500 : 100);
    expect(await tracker.leaked()).toEqual([]);
    expect(await eventually(() => openDescriptors() === before, 3_000)).toBe(true);
  },
  timeoutMs,
);

test(
  'FT-02 with one attempt each, every task settles all the same: done or failed, and the failures are the kills',
  async () => {
    await using tracker = trackProcesses({ pollMs: 1_000 });
    const pool = sessions();
    await pool.warm();
    const { done, failed, duplicated, attempts, open } = await storm(pool, ask, { ...plan, budget: 1 });
    expect(done + failed).toBe(attempts);
    expect({ duplicated, open }).toEqual({ duplicated: 0, open: 0 });
    // The control of FT-01: without further attempts tasks are lost.
    expect(failed).toBeGreaterThan(0);
    expect(await tracker.leaked()).toEqual([]);
  },
  timeoutMs,
);
