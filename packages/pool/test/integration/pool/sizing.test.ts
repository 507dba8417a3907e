import { readdirSync, readFileSync } from 'node:fs';
import { trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createPool } from '../../../src/index.ts';
import { echoWorkers } from '../../support/echo-workers.ts';
import { eventually, sleep } from '../../support/sessions.ts';

/** Live children of this process that are `cat`, as the system sees them and not as the pool counts them. */
function countChildren(): number {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state !== 'Z' && Number(parent) === process.pid && stat.includes('(cat)');
    } catch {
      return false;
    }
  }).length;
}

test('Q02 a burst of 50 on 8 places never makes more than 8 processes, and what nobody uses goes down to what is kept warm', async () => {
  await using tracker = trackProcesses({ pollMs: 500 });
  const pool = createPool(echoWorkers, {
    size: 8,
    minIdle: 2,
    maxIdleMs: 500,
    maxRecycling: 8,
    maxStarting: 4,
    restart: { minUptimeMs: 0 },
  });
  await pool.warm();
  expect(countChildren()).toBe(2);
  let most = 0;
  const sampler = setInterval(() => (most = Math.max(most, countChildren())), 20);
  const burst = Array.from({ length: 50 }, async (_, index) => {
    const lease = await pool.acquire();
    await sleep(20);
    await (index % 3 === 0 ? lease.discard() : lease.release());
  });
  await Promise.all(burst);
  clearInterval(sampler);
  expect(most).toBe(8);
  expect(await eventually(() => countChildren() === 2 && pool.stats.idle === 2, 10_000)).toBe(true);
  await pool.close();
  expect(countChildren()).toBe(0);
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
