import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSession, type Session, type SessionOptions } from '@subwire/core';
import { fakeCli, trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createPool, createSessionPool, type CreateContext, type WorkerFactory } from '../../../src/index.ts';
import { createSessionWorkers } from '../../../src/sessions/session-workers.ts';
import { isSoak, sleep } from '../../support/sessions.ts';

const agents = isSoak ? 30 : 12;
const rewriting = { faults: [{ name: 'rewrite-config' as const, times: 20, ms: 3, bytes: 200_000 }] };

interface Complaints {
  /** How often an agent read something that is no JSON. */
  readonly broken: number;
  readonly warm: number;
}

/** Below the session pool, so that starts overlap as they would in a pool that does not know what it starts. */
async function complaints(folder: string, workersFor: (options: SessionOptions) => WorkerFactory<Session>): Promise<Complaints> {
  let broken = 0;
  const fake = fakeCli(rewriting);
  const workers = workersFor({ ...fake, env: { ...fake.env, CLAUDE_CONFIG_DIR: folder }, credential: 'none' });
  const create = async (context: CreateContext): Promise<Session> => {
    const session = await workers.create(context);
    session.transport.stderr$.subscribe((line) => (broken += /json/i.test(line) ? 1 : 0));
    return session;
  };
  const pool = createPool({ ...workers, create }, { size: agents, maxStarting: 4, startTimeoutMs: 60_000, closeTimeoutMs: 15_000 });
  await pool.warm();
  await sleep(400);
  const { idle } = pool.stats;
  await pool.close();
  return { broken, warm: idle };
}

const privately = (options: SessionOptions): WorkerFactory<Session> =>
  createSessionWorkers({
    optionsOf: () => options,
    validateTimeoutMs: 2_000,
    reset: 'dispose',
    isolation: 'per-process',
    measureEveryMs: undefined,
  });

const carelessly = (options: SessionOptions): WorkerFactory<Session> => ({
  ...privately(options),
  create: ({ signal }) => openSession({ ...options, signal }),
});

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  await using tracker = trackProcesses();
  const folder = await mkdtemp(path.join(tmpdir(), 'subwire-p08-'));
  await writeFile(path.join(folder, '.claude.json'), '{}');
  // Private folders are made in the directory for temporary files: one of this test's own can be counted.
  const usual = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    await work(folder);
    expect((await readdir(folder)).filter((name) => name.startsWith('subwire-config-'))).toEqual([]);
  } finally {
    if (usual === undefined) Reflect.deleteProperty(process.env, 'TMPDIR');
    else process.env['TMPDIR'] = usual;
    await rm(folder, { recursive: true, force: true });
  }
  expect(await tracker.leaked()).toEqual([]);
}

test('P08 agents with a private configuration folder each never read half a file of another, and leave no folder behind', async () => {
  await withFolder(async (folder) => {
    expect(await complaints(folder, privately)).toEqual({ broken: 0, warm: agents });
  });
}, 120_000);

test('P08 control: agents that are started side by side on one folder read half files', async () => {
  await withFolder(async (folder) => {
    const { broken, warm } = await complaints(folder, carelessly);
    expect(warm).toBe(agents);
    expect(broken).toBeGreaterThan(0);
  });
}, 120_000);

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
