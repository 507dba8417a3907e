import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeCli, trackProcesses, type Fault } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createSessionPool } from '../../../src/index.ts';
import { eventually, pidsOf, signal } from '../../support/sessions.ts';

test('Q03 an agent that never answers initialize is called off in time, with its tree, and no place is lost', async () => {
  await using tracker = trackProcesses();
  const session = fakeCli({ faults: [{ name: 'never-init' }, { name: 'ignore-eof' }, { name: 'start-child', kind: 'setsid' }] });
  const pool = createSessionPool({
    size: 1,
    governor: false,
    isolation: 'per-process',
    session: { ...session },
    startTimeoutMs: 3_000,
    restart: { limit: 0, openMs: 60_000 },
  });
  const beganMs = performance.now();
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'RESTARTS_EXHAUSTED', attempts: 1 });
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(2_990);
  expect(performance.now() - beganMs).toBeLessThan(15_000);
  expect(await tracker.leaked()).toEqual([]);
  // The place is free for whoever can start.
  const lease = await pool.acquire({ session: { ...fakeCli() } });
  await lease.discard();
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);

test('Q20 closing over agents that are busy, deaf, stopped or have hidden children is bounded, and leaves none of them', async () => {
  await using tracker = trackProcesses();
  const busy: Fault = { name: 'never-result' };
  const scenarios: readonly (readonly Fault[])[] = [
    [busy],
    [busy, { name: 'ignore-term' }, { name: 'ignore-eof' }],
    [busy, { name: 'start-child', kind: 'setsid' }],
    [busy],
  ];
  const shutdown = { eofGraceMs: 300, termGraceMs: 300, killGraceMs: 2_000 };
  const pool = createSessionPool({ size: 4, minIdle: 0, maxStarting: 2, governor: false, isolation: 'per-process', session: { shutdown } });
  const leases = await Promise.all(scenarios.map((faults) => pool.acquire({ session: { ...fakeCli({ faults }), shutdown } })));
  for (const { worker } of leases)
    worker
      .prompt('work')
      .result()
      .catch(() => {});
  const waiting = pool.acquire({ session: { ...fakeCli(), shutdown } });
  const refused = expect(waiting).rejects.toMatchObject({ code: 'POOL_CLOSED' });
  signal(leases[3]!.worker.transport.pid!, 'SIGSTOP');
  expect(await eventually(() => pool.stats.waiting === 1, 5_000)).toBe(true);
  const beganMs = performance.now();
  const { receipts, rejectedWaiters } = await pool.close({ graceMs: 200 });
  expect(performance.now() - beganMs).toBeLessThan(7_200);
  await refused;
  expect(rejectedWaiters).toBe(1);
  expect(receipts).toHaveLength(4);
  expect(receipts.flatMap(({ survivors }) => survivors)).toEqual([]);
  expect(leases.every(({ signal: taken }) => taken.aborted)).toBe(true);
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);

test('Q46 another executable under the same name is another key: no lease on the old one any more, and the old ones go', async () => {
  await using tracker = trackProcesses();
  const folder = await mkdtemp(path.join(tmpdir(), 'subwire-q46-'));
  const file = path.join(folder, 'claude');
  const { command, env } = fakeCli();
  const install = async (version: number): Promise<void> => {
    await writeFile(`${file}.new`, `#!/bin/sh\n# version ${version}\nexec '${command[0]}' '${command[1]}' "$@"\n`);
    await chmod(`${file}.new`, 0o755);
    await rename(`${file}.new`, file);
  };
  await install(1);
  const pool = createSessionPool({ size: 2, governor: false, isolation: 'per-process', session: { command: file, env } });
  try {
    await pool.warm();
    const old = pidsOf(pool);
    const held = await pool.acquire();
    await install(2);
    const lease = await pool.acquire();
    expect(old).not.toContain(lease.worker.transport.pid);
    expect((await held.worker.prompt('goes on').result()).result).toBe('goes on');
    await Promise.all([held.release(), lease.release()]);
    await pool.warm();
    expect(pidsOf(pool).filter((pid) => old.includes(pid))).toEqual([]);
  } finally {
    await pool.close();
    await rm(folder, { recursive: true, force: true });
  }
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
