import { fakeCli, trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createSessionPool } from '../../../src/index.ts';

test('P50 a rotated credential retires every older warm session before the next lease; warming sends no prompt', async () => {
  await using tracker = trackProcesses();
  let apiKey = 'key-one';
  const cli = fakeCli();
  const pool = createSessionPool({ size: 2, governor: false, session: () => ({ ...cli, credential: { apiKey } }) });
  await pool.warm();
  const old = pool.snapshot().slots.map(({ pid }) => pid);
  apiKey = 'key-two';
  const lease = await pool.acquire();
  expect(old).not.toContain(lease.worker.transport.pid);
  // The session's first conversation has no id before its first prompt: nobody has prompted it.
  expect(lease.worker.id).toBeUndefined();
  expect(pool.snapshot().keys.filter(({ live }) => live > 0)).toHaveLength(1);
  await lease.release();
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);

test('P50 another option is another session, equal options are the same one', async () => {
  await using tracker = trackProcesses();
  const cli = fakeCli();
  const pool = createSessionPool({ size: 2, minIdle: 0, governor: false, reset: 'clear', session: { ...cli, model: 'one' } });
  const first = await pool.acquire();
  const { pid } = first.worker.transport;
  await first.release();
  const other = await pool.acquire({ session: { ...cli, model: 'two' } });
  expect(other.worker.transport.pid).not.toBe(pid);
  const same = await pool.acquire({ session: { model: 'one', env: { ...cli.env }, command: cli.command } });
  expect(same.worker.transport.pid).toBe(pid);
  await Promise.all([other.release(), same.release()]);
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
