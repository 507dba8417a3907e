import { fakeCli, identityOf, isAlive, trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createSessionPool, type PoolEvent } from '../../../src/index.ts';

test('P25 an agent that reports 0.10 USD per answer under a cap of 0.35 is stopped by the fourth, with its tree, and what it said is kept', async () => {
  await using tracker = trackProcesses();
  const pool = createSessionPool({ size: 1, governor: false, session: { ...fakeCli({ faults: [{ name: 'report-cost', usd: 0.1 }] }) } });
  const events: PoolEvent[] = [];
  pool.events$.subscribe((event) => events.push(event));
  const lease = await pool.acquire({ budget: { usd: 0.35 } });
  const pid = lease.worker.transport.pid!;
  const said: (string | undefined)[] = [];
  for (let turn = 1; turn <= 10 && !lease.signal.aborted; turn += 1) {
    const outcome = await lease.worker
      .prompt(`answer ${turn}`)
      .result()
      .catch(() => undefined);
    if (outcome !== undefined) said.push(outcome.result);
  }
  expect(said.length).toBeLessThanOrEqual(4);
  expect(said.slice(0, 3)).toEqual(['answer 1', 'answer 2', 'answer 3']);
  expect(lease.signal.reason).toMatchObject({ code: 'BUDGET_EXCEEDED', limit: 0.35 });
  expect(lease.spent.usd).toBeCloseTo(0.4);
  await lease.release();
  const identity = identityOf(pid);
  expect(identity !== undefined && isAlive(identity)).toBe(false);
  expect(events.map(({ type }) => type)).toContain('budget-exceeded');
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
