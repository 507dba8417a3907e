import { expect, test } from 'vitest';
import { fakeCli, trackProcesses } from '@subwire/testing';
import { createSessionPool } from '../../../src/index.ts';

test('Q31 a provider that refuses one credential slows its leases down, and those of another go on', async () => {
  await using tracker = trackProcesses();
  const fake = fakeCli();
  const session = { ...fake, env: { ...fake.env, ...tracker.env }, credential: { apiKey: `refused-${process.pid}` } };
  const pool = createSessionPool({ size: 2, minIdle: 0, session });
  const events: string[] = [];
  pool.events$.subscribe(({ type }) => events.push(type));
  const refused = await pool.acquire();
  const result = await refused.worker.prompt(`<<fake ${JSON.stringify([{ kind: 'error', status: 429 }])}>>`).result();
  expect(result.is_error).toBe(true);
  await refused.release();
  // One at a time, after a refusal with one at work: the second waits, and with it every call of this credential.
  const first = await pool.acquire();
  const second = pool.acquire();
  const other = await pool.acquire({ session: (own) => ({ ...own, credential: { apiKey: `other-${process.pid}` } }) });
  expect((await other.worker.prompt('hello').result()).result).toBe('hello');
  expect(events).toContain('pool-throttled');
  await other.discard();
  await first.discard();
  await (await second).discard();
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
