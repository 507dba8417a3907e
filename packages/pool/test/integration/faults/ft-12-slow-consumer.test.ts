import { fakeCli, trackProcesses } from '@subwire/testing';
import { firstValueFrom, take } from 'rxjs';
import { expect, test } from 'vitest';
import { createSessionPool } from '../../../src/index.ts';
import { eventually, pidsOf } from '../../support/sessions.ts';

test('FT-12 a subscriber that leaves in the middle of a turn takes its agent with it, and the pool is whole again', async () => {
  await using tracker = trackProcesses();
  const pool = createSessionPool({
    size: 2,
    isolation: 'per-process',
    governor: false,
    session: { ...fakeCli({ faults: [{ name: 'never-result' }] }) },
  });
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

test('FT-11 agents that flood stderr, print garbage or split their lines do not disturb their neighbours', async () => {
  await using tracker = trackProcesses();
  const broken = fakeCli({
    faults: [
      { name: 'flood-stderr', bytes: 2_097_152 },
      { name: 'noise', lines: 3 },
      { name: 'chunk', bytes: 64 },
    ],
  });
  const crashing = fakeCli({ faults: [{ name: 'crash-on-input', code: 7 }] });
  const pool = createSessionPool({ size: 3, minIdle: 0, isolation: 'per-process', governor: false, session: { ...fakeCli() } });
  const ask = async (session?: ReturnType<typeof fakeCli>): Promise<string | undefined> => {
    const lease = await pool.acquire(session === undefined ? {} : { session: { ...session } });
    try {
      return (await lease.worker.prompt('hello').result()).result;
    } finally {
      await lease.release();
    }
  };
  const outcomes = await Promise.allSettled([ask(broken), ask(crashing), ask(), ask(), ask(broken), ask(crashing)]);
  expect(outcomes.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as { code?: string }).code))).toEqual([
    'hello',
    'EXIT_NONZERO',
    'hello',
    'hello',
    'hello',
    'EXIT_NONZERO',
  ]);
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
