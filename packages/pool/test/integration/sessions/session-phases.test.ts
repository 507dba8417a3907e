import { probeContainment } from '@subwire/core';
import { fakeCli, trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createSessionPool } from '../../../src/index.ts';
import { eventually } from '../../support/sessions.ts';

test('P07 a pool tells how long the start of a process, the handshake, the MCP servers and the first word took', async () => {
  await using tracker = trackProcesses();
  const session = fakeCli({ faults: [{ name: 'slow-init', ms: 150 }], replyDelayMs: 50 });
  const pool = createSessionPool({ size: 1, governor: false, isolation: 'per-process', reset: 'clear', session: { ...session } });
  const told: string[] = [];
  pool.events$.subscribe(({ type, phase }) => (type === 'worker-timed' ? told.push(phase!) : undefined));
  const lease = await pool.acquire();
  await lease.worker.prompt('hello').result();
  expect(told).toEqual(expect.arrayContaining(['spawn', 'handshake', 'mcpReady', 'firstToken']));
  const { phases, slots } = pool.snapshot();
  expect(phases['handshake']!.p50).toBeGreaterThanOrEqual(140);
  expect(phases['firstToken']!.p50).toBeGreaterThanOrEqual(45);
  expect(phases['spawn']!.count).toBe(1);
  expect(slots[0]!.phases).toMatchObject({ handshake: lease.worker.timings.handshakeMs, firstToken: lease.worker.timings.firstTokenMs });
  await lease.release();
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
});

test('P07 MCP servers are asked for until they are ready, while nobody waits', async () => {
  await using tracker = trackProcesses();
  const session = fakeCli({
    steps: [
      { expect: 'initialize' },
      { answer: 'success', response: { commands: [], pid: 1 } },
      { expect: 'mcp_status' },
      { answer: 'success', response: { mcpServers: [{ name: 'tools', status: 'pending' }] } },
      { expect: 'mcp_status' },
      { answer: 'success', response: { mcpServers: [{ name: 'tools', status: 'connected' }] } },
      { expect: 'EOF' },
      { exit: 0 },
    ],
  });
  const pool = createSessionPool({ size: 1, governor: false, isolation: 'per-process', session: { ...session } });
  await pool.warm();
  expect(await eventually(() => pool.snapshot().phases['mcpReady'] !== undefined, 5_000)).toBe(true);
  expect(pool.snapshot().phases['mcpReady']!.p50).toBeGreaterThanOrEqual(90);
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
});

test('the snapshot says what keeps the tree of each agent together', async () => {
  await using tracker = trackProcesses();
  const { tier } = await probeContainment();
  for (const [containment, expected] of [
    ['auto', tier],
    ['plain', 'plain'],
  ] as const) {
    const pool = createSessionPool({ size: 1, governor: false, isolation: 'per-process', session: { ...fakeCli(), containment } });
    await pool.warm();
    expect(pool.snapshot().slots[0]!.containment).toBe(expected);
    await pool.close();
  }
  expect(await tracker.leaked()).toEqual([]);
});
