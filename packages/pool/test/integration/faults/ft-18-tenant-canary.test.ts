import { fakeCli, trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createSessionPool } from '../../../src/index.ts';
import { seeded } from '../../support/plain-workers.ts';
import { isSoak } from '../../support/sessions.ts';

const turns = isSoak ? 1_000 : 24;

test('FT-18 no process that one tenant has prompted ever serves another, with crashes and clears in between', async () => {
  await using tracker = trackProcesses();
  const random = seeded(18);
  const pool = createSessionPool({
    size: 3,
    minIdle: 0,
    reset: 'clear',
    isolation: 'per-process',
    governor: false,
    session: { ...fakeCli() },
  });
  // By the process and by the conversation: neither may ever meet two tenants.
  const owners = new Map<number, string>();
  const conversations = new Map<string, string>();
  for (let turn = 0; turn < turns; turn += 1) {
    const tenant = ['a', 'b', 'c'][Math.floor(random() * 3)]!;
    const lease = await pool.acquire({ tenant });
    const pid = lease.worker.transport.pid!;
    expect(owners.get(pid) ?? tenant).toBe(tenant);
    owners.set(pid, tenant);
    const { session_id: id } = await lease.worker.prompt(`secret of ${tenant} ${turn}`).result();
    expect(conversations.has(id)).toBe(false);
    conversations.set(id, tenant);
    if (random() < 0.15) await lease.discard();
    else await lease.release();
  }
  // Clears did save processes: otherwise this would prove nothing about them.
  expect(owners.size).toBeLessThan(turns);
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 300_000);

test('FT-18 control: a session that is given back as it was left still has the conversation', async () => {
  await using tracker = trackProcesses();
  const pool = createSessionPool({ size: 1, governor: false, session: { ...fakeCli() } });
  const first = await pool.acquire({ sticky: 'talk' });
  const { session_id: before } = await first.worker.prompt('one').result();
  await first.release();
  const second = await pool.acquire({ sticky: 'talk' });
  const { session_id: after } = await second.worker.prompt('two').result();
  expect(after).toBe(before);
  await second.discard();
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
