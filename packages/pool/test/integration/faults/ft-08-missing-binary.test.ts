import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeCli, trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createSessionPool } from '../../../src/index.ts';
import { eventually } from '../../support/sessions.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

test('FT-08 the executable disappears: 100 calls are told before any time passes, after one attempt; it returns, and the pool serves with the end of the breaker', async () => {
  await using tracker = trackProcesses();
  const folder = await mkdtemp(path.join(tmpdir(), 'subwire-ft08-'));
  const file = path.join(folder, 'claude');
  const { command, env } = fakeCli();
  await writeFile(`${file}.away`, `#!/bin/sh\nexec '${command[0]}' '${command[1]}' "$@"\n`);
  await chmod(`${file}.away`, 0o755);
  // The pool's time goes on when the test says so, however busy the machine is: what happens meanwhile waits for no timer of the pool.
  const clock = virtualClock();
  const session = { command: file, env };
  const pool = createSessionPool({ size: 2, governor: false, session, clock, random: () => 0, restart: { openMs: 300 } });
  try {
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => pool.acquire()));
    expect(outcomes.every((one) => one.status === 'rejected' && (one.reason as { code: string }).code === 'WARMUP_FAILED')).toBe(true);
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'WARMUP_FAILED' });
    expect([pool.snapshot().counters['starts'], clock.nowMs()]).toEqual([1, 0]);
    await rename(`${file}.away`, file);
    await clock.advance(299);
    expect(pool.snapshot().counters['starts']).toBe(1);
    await clock.advance(1);
    expect(await eventually(() => pool.stats.idle === 2, 30_000)).toBe(true);
    expect([pool.snapshot().counters['starts'], clock.nowMs()]).toEqual([3, 300]);
    const lease = await pool.acquire();
    expect((await lease.worker.prompt('back').result()).result).toBe('back');
    await lease.release();
  } finally {
    await pool.close();
    await rm(folder, { recursive: true, force: true });
  }
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);

test('FT-08 control: a pool that takes every cause for a passing one tries again and again, and keeps its callers waiting', async () => {
  await using tracker = trackProcesses();
  const restart = { isPermanent: () => false, backoff: () => 50, openMs: 60_000 };
  const pool = createSessionPool({ size: 2, governor: false, session: { command: '/nowhere/claude', credential: 'none' }, restart });
  const beganMs = performance.now();
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'RESTARTS_EXHAUSTED' });
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(145);
  expect(pool.snapshot().counters['starts']).toBe(4);
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
