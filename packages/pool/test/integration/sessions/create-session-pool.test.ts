import { fakeCli, isAlive, identityOf, trackProcesses } from '@subwire/testing';
import { firstValueFrom } from 'rxjs';
import { expect, test } from 'vitest';
import { createSessionPool } from '../../../src/index.ts';

test('warm sessions answer prompts, serve one lease each, and leave nothing behind', async () => {
  await using tracker = trackProcesses();
  const pool = createSessionPool({ size: 2, checkInvariants: true, session: { ...fakeCli() } });
  await pool.warm();
  expect(pool.stats).toMatchObject({ idle: 2, created: 2 });
  const lease = await pool.acquire();
  const pid = lease.worker.transport.pid!;
  expect(isAlive(identityOf(pid)!)).toBe(true);
  const result = await lease.worker.prompt('hello').result();
  expect(result.result).toBe('hello');
  await lease.release();
  expect(identityOf(pid) === undefined || !isAlive(identityOf(pid)!)).toBe(true);
  const answer = await firstValueFrom(pool.use((session) => session.prompt('again').result()));
  expect(answer.result).toBe('again');
  const { receipts } = await pool.close();
  expect(receipts.flatMap(({ survivors }) => survivors)).toEqual([]);
  expect(receipts.length).toBeGreaterThanOrEqual(1);
  expect(await tracker.leaked()).toEqual([]);
});

test('a warm session that is killed is replaced without anybody asking', async () => {
  await using tracker = trackProcesses();
  await using pool = createSessionPool({ size: 1, session: { ...fakeCli() } });
  await pool.warm();
  const { pid } = pool.snapshot().slots[0]!;
  process.kill(pid!, 'SIGKILL');
  const lease = await pool.acquire();
  expect(lease.worker.transport.pid).not.toBe(pid);
  await lease.discard();
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
});

test('a command that does not exist is told once, at once, with its cause', async () => {
  await using pool = createSessionPool({ size: 4, session: { command: '/nowhere/claude', allowedCommands: ['claude'] } });
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'WARMUP_FAILED', cause: { code: 'CLI_NOT_FOUND' } });
  expect(pool.snapshot().counters['starts']).toBeLessThanOrEqual(2);
});
