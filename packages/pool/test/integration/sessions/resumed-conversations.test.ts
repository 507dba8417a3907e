import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fakeCli, trackProcesses } from '@subwire/testing';
import { createSessionPool } from '../../../src/index.ts';

test('Q19 a conversation that is asked for by its id goes on, in the process that was kept or, once that was given up, in a new one', async () => {
  await using tracker = trackProcesses();
  const folder = await mkdtemp(path.join(tmpdir(), 'subwire-resumed-'));
  const fake = fakeCli();
  const env = { ...fake.env, ...tracker.env, CLAUDE_CONFIG_DIR: folder };
  const pool = createSessionPool({ size: 1, minIdle: 0, governor: false, session: { ...fake, env } });
  const first = await pool.acquire();
  const { session_id: id } = await first.worker.prompt('hello').result();
  await first.release();
  const goOn = async (): Promise<number> => {
    const lease = await pool.acquire({ sticky: id, session: (own) => ({ ...own, resume: id }) });
    const result = await lease.worker.prompt('and again').result();
    expect(result.session_id).toBe(id);
    await lease.release();
    return lease.worker.transport.pid!;
  };
  const resumed = await goOn();
  expect(await goOn()).toBe(resumed);
  // The one place is wanted by somebody else.
  const other = await pool.acquire();
  expect((await other.worker.prompt('hello').result()).session_id).not.toBe(id);
  await other.release();
  expect(await goOn()).not.toBe(resumed);
  await pool.close();
  await rm(folder, { recursive: true, force: true });
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
