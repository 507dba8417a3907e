import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeCli, trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createPool, createSessionPool } from '../../../src/index.ts';
import { createSessionWorkers } from '../../../src/sessions/session-workers.ts';
import { sleep } from '../../support/sessions.ts';

const rewriting = { faults: [{ name: 'rewrite-config' as const, times: 30, ms: 3, bytes: 200_000 }] };

async function complaints(
  isolation: 'shared' | 'per-process',
  folder: string,
  starts: number,
): Promise<{ readonly broken: number; readonly warm: number }> {
  let broken = 0;
  const options = { ...fakeCli(rewriting), env: { ...fakeCli(rewriting).env, CLAUDE_CONFIG_DIR: folder }, credential: 'none' as const };
  const workers = createSessionWorkers({
    optionsOf: () => options,
    validateTimeoutMs: 2_000,
    reset: 'dispose',
    isolation,
    measureEveryMs: undefined,
  });
  // Below the session pool, so that starts overlap as they would in a pool that does not know what it starts.
  const pool = createPool(
    {
      ...workers,
      create: async (context) => {
        const session = await workers.create(context);
        session.transport.stderr$.subscribe((line) => (broken += /json/i.test(line) ? 1 : 0));
        return session;
      },
    },
    { size: starts, maxStarting: 4, startTimeoutMs: 60_000, closeTimeoutMs: 15_000 },
  );
  await pool.warm();
  await sleep(400);
  const { idle } = pool.stats;
  await pool.close();
  return { broken, warm: idle };
}

test('P08 agents with a private configuration folder each never read half a file of another, and leave no folder behind', async () => {
  await using tracker = trackProcesses();
  const folder = await mkdtemp(path.join(tmpdir(), 'subwire-p08-'));
  await writeFile(path.join(folder, '.claude.json'), '{}');
  // Private folders are made in the directory for temporary files: one of this test's own can be counted.
  const usual = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    expect(await complaints('per-process', folder, 8)).toEqual({ broken: 0, warm: 8 });
    expect((await readdir(folder)).filter((name) => name.startsWith('subwire-config-'))).toEqual([]);
  } finally {
    if (usual === undefined) Reflect.deleteProperty(process.env, 'TMPDIR');
    else process.env['TMPDIR'] = usual;
    await rm(folder, { recursive: true, force: true });
  }
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);

test('P08 where the folder is shared, starts come one after the other', async () => {
  await using tracker = trackProcesses();
  const folder = await mkdtemp(path.join(tmpdir(), 'subwire-p08-'));
  await mkdir(folder, { recursive: true });
  const session = { ...fakeCli({ faults: [{ name: 'slow-init', ms: 150 }] }), credential: 'none' as const };
  const env = { ...session.env, CLAUDE_CONFIG_DIR: folder };
  const pools = [1, 2].map(() => createSessionPool({ size: 1, governor: false, session: { ...session, env } }));
  const readyAtMs: number[] = [];
  const beganMs = performance.now();
  await Promise.all(pools.map((pool) => pool.warm().then(() => readyAtMs.push(performance.now() - beganMs))));
  expect(Math.abs(readyAtMs[1]! - readyAtMs[0]!)).toBeGreaterThanOrEqual(140);
  await Promise.all(pools.map((pool) => pool.close()));
  await rm(folder, { recursive: true, force: true });
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
