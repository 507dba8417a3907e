import type { Message, Session } from '@subwire/core';
import { fakeCli, trackProcesses } from '@subwire/testing';
import { firstValueFrom, take } from 'rxjs';
import { expect, test } from 'vitest';
import { createSessionPool } from '../../../src/index.ts';
import { eventually, isSoak, pidsOf, sleep } from '../../support/sessions.ts';

const plan = isSoak ? { agents: 8, deltas: 100_000 } : { agents: 2, deltas: 10_000 };
const highWaterMark = 64 * 1024;
// The buffer and one chunk of the pipe hold some hundred messages of this size.
const mostAhead = 3_000;

function flood(): string {
  return `talk <<fake ${JSON.stringify([{ kind: 'deltas', count: plan.deltas, size: 100 }])}>>`;
}

async function untilStill(count: () => number): Promise<void> {
  let last = -1;
  while (last !== count()) {
    last = count();
    await sleep(400);
  }
}

function isDelta(message: Message): boolean {
  return message.type === 'stream_event' && message.event.type === 'content_block_delta';
}

/** Reads one message and then none until nothing more arrives. Returns how many were waiting by then, and how many deltas the reader got in the end. */
async function readSlowly(
  session: Session,
  onOverflow: 'pause' | 'drop-oldest',
): Promise<{ readonly ahead: number; readonly deltas: number }> {
  let arrived = 0;
  session.messages$.subscribe({ next: () => (arrived += 1), error: () => {} });
  const reader = session.transport.read({ highWaterMark, onOverflow });
  session
    .prompt(flood())
    .result()
    .catch(() => {});
  await reader.next();
  await eventually(() => arrived > (onOverflow === 'pause' ? 100 : plan.deltas), 60_000);
  await untilStill(() => arrived);
  const ahead = arrived;
  let deltas = 0;
  for (;;) {
    // A reader that lets messages drop may have missed the result.
    const next = await Promise.race([reader.next(), sleep(onOverflow === 'pause' ? 10_000 : 500)]);
    if (next === undefined || next.done === true || next.value.type === 'result') break;
    if (isDelta(next.value)) deltas += 1;
  }
  return { ahead, deltas };
}

async function withSessions<R>(count: number, work: (session: Session) => Promise<R>): Promise<readonly R[]> {
  const session = { ...fakeCli(), includePartialMessages: true };
  const pool = createSessionPool({ size: count, minIdle: 0, isolation: 'per-process', governor: false, session });
  try {
    const leases = await Promise.all(Array.from({ length: count }, () => pool.acquire()));
    const results = await Promise.all(leases.map(({ worker }) => work(worker)));
    await Promise.all(leases.map((lease) => lease.release()));
    return results;
  } finally {
    await pool.close();
  }
}

test(
  'FT-12 a reader that stands still stops its agent after a bounded number of messages, and gets every one of them in the end',
  async () => {
    await using tracker = trackProcesses();
    const before = process.memoryUsage().rss;
    for (const { ahead, deltas } of await withSessions(plan.agents, (session) => readSlowly(session, 'pause'))) {
      expect(ahead).toBeLessThan(mostAhead);
      expect(deltas).toBe(plan.deltas);
    }
    if (isSoak) console.log(`FT-12 the host grew by ${((process.memoryUsage().rss - before) / 1024 ** 2).toFixed(0)} MiB`);
    expect(await tracker.leaked()).toEqual([]);
  },
  isSoak ? 300_000 : 60_000,
);

test('FT-12 control: a reader that lets messages drop does not hold its agent back, and misses most of them', async () => {
  await using tracker = trackProcesses();
  for (const { ahead, deltas } of await withSessions(1, (session) => readSlowly(session, 'drop-oldest'))) {
    expect(ahead).toBeGreaterThan(plan.deltas);
    expect(deltas).toBeLessThan(plan.deltas);
  }
  expect(await tracker.leaked()).toEqual([]);
}, 120_000);

const endless = { ...fakeCli({ faults: [{ name: 'never-result' }] }) };

test('FT-12 a subscriber that leaves in the middle of a turn takes its agent with it, and the pool is whole again', async () => {
  await using tracker = trackProcesses();
  const pool = createSessionPool({ size: 2, isolation: 'per-process', governor: false, session: endless });
  await pool.warm();
  const before = pidsOf(pool);
  for (let turn = 0; turn < 2; turn += 1) {
    await firstValueFrom(pool.use((session) => session.prompt('talk').messages$.pipe(take(50))));
  }
  expect(await eventually(() => pool.stats.idle === 2 && pidsOf(pool).every((pid) => !before.includes(pid)), 15_000)).toBe(true);
  expect(pool.stats).toMatchObject({ leased: 0, waiting: 0 });
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);

test('FT-12 control: a subscriber that leaves a turn without the pool knowing leaves an agent at work behind', async () => {
  await using tracker = trackProcesses();
  const pool = createSessionPool({ size: 1, isolation: 'per-process', governor: false, session: endless });
  const lease = await pool.acquire();
  await firstValueFrom(lease.worker.prompt('talk').messages$);
  await sleep(300);
  expect(pool.stats.leased).toBe(1);
  expect(lease.worker.transport.isConnected).toBe(true);
  await lease.discard();
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
