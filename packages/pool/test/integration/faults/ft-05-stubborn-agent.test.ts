import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fakeCli, trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createSessionPool } from '../../../src/index.ts';
import { isSoak } from '../../support/sessions.ts';

const kills = isSoak ? 100 : 6;
const kinds = ['setsid', 'double-fork'] as const;

function stubborn(kind: (typeof kinds)[number]) {
  return fakeCli({ faults: [{ name: 'ignore-term' }, { name: 'ignore-eof' }, { name: 'start-child', kind }] });
}

/** Ends that many agents, three at a time, and returns how long each end took, in milliseconds, the longest last. */
async function endAll(
  kind: (typeof kinds)[number],
  shutdown: { readonly eofGraceMs: number; readonly termGraceMs: number },
): Promise<readonly number[]> {
  const pool = createSessionPool({
    size: 3,
    minIdle: 0,
    isolation: 'per-process',
    governor: false,
    acquireTimeoutMs: 120_000,
    session: { ...stubborn(kind), shutdown: { ...shutdown, killGraceMs: 2_000 } },
  });
  const tookMs: number[] = [];
  let next = 0;
  const loop = async (): Promise<void> => {
    while (next < kills) {
      next += 1;
      const lease = await pool.acquire();
      await lease.worker.prompt('work').result();
      const beganMs = performance.now();
      await lease.discard();
      tookMs.push(performance.now() - beganMs);
    }
  };
  await Promise.all([loop(), loop(), loop()]);
  await pool.close();
  return tookMs.sort((one, other) => one - other);
}

test.each(kinds)(
  'FT-05 agents that ignore TERM and the end of stdin, with %s children, are gone when discard resolves, and so are the children',
  async (kind) => {
    await using tracker = trackProcesses();
    const ladder = await endAll(kind, { eofGraceMs: 100, termGraceMs: 100 });
    expect(ladder.at(-1)).toBeLessThan(5_500);
    const forced = await endAll(kind, { eofGraceMs: 0, termGraceMs: 0 });
    expect(forced.at(-1)).toBeLessThan(5_500);
    if (isSoak) console.log(`FT-05 ${kind}: p99 ${ladder.at(-2)?.toFixed(0)} ms by the ladder, ${forced.at(-2)?.toFixed(0)} ms forced`);
    // Every agent, and children that lived long enough to be seen.
    expect(tracker.seen.length).toBeGreaterThan(kills * 2);
    expect(await tracker.leaked()).toEqual([]);
  },
  isSoak ? 300_000 : 60_000,
);

test.each(kinds)('FT-05 control: killing the process group of the agent leaves its %s children alive', async (kind) => {
  await using tracker = trackProcesses({ graceMs: 300 });
  const { command, env } = stubborn(kind);
  const [file, ...args] = command;
  const flags = ['--print', '--output-format', 'stream-json', '--input-format', 'stream-json', '--verbose'];
  const agent = spawn(file, [...args, ...flags], { detached: true, stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, ...env } });
  agent.stdin.write('{"type":"control_request","request_id":"1","request":{"subtype":"initialize"}}\n');
  await once(agent.stdout, 'data');
  process.kill(-agent.pid!, 'SIGKILL');
  await once(agent, 'exit');
  expect((await tracker.leaked()).length).toBeGreaterThanOrEqual(1);
});
