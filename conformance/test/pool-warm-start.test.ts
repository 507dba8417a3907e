import type { Session } from '@subwire/core';
import { createSessionPool, type SessionPool } from '@subwire/pool';
import { filter, firstValueFrom } from 'rxjs';
import { expect, test } from 'vitest';
import { say, scripted, sessionAgent, sessionBackends } from '../src/session-agent.ts';

const runs = 7;

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!;
}

async function firstAnswer({ messages$, prompt }: Session): Promise<void> {
  const answered = firstValueFrom(messages$.pipe(filter(({ type }) => type === 'assistant')));
  prompt(scripted('hello', say('hello there')));
  await answered;
}

/** From the wish for an agent to its first message, in milliseconds. */
async function timeToAnswer(pool: SessionPool): Promise<number> {
  const beganMs = performance.now();
  await using lease = await pool.acquire();
  await firstAnswer(lease.worker);
  return performance.now() - beganMs;
}

test.each(sessionBackends)(
  'P07 on %s, the first message of a warm agent takes at most 0.45 of the time that a cold one takes',
  async (backend) => {
    await using agent = await sessionAgent(backend);
    const coldMs: number[] = [];
    const warmMs: number[] = [];
    // In turns, so that whatever else the machine does weighs on both.
    for (let run = 0; run < runs; run += 1) {
      await using pool = createSessionPool({ size: 1, minIdle: 0, governor: false, session: agent.options });
      coldMs.push(await timeToAnswer(pool));
      await using other = createSessionPool({ size: 1, governor: false, session: agent.options });
      await other.warm();
      warmMs.push(await timeToAnswer(other));
    }
    const ratio = median(warmMs) / median(coldMs);
    console.log(`${backend}: cold ${median(coldMs).toFixed(0)} ms, warm ${median(warmMs).toFixed(0)} ms, ratio ${ratio.toFixed(2)}`);
    expect(ratio).toBeLessThanOrEqual(0.45);
  },
);

test.each(sessionBackends)('P07 on %s, a warm session tells its phases apart', async (backend) => {
  await using agent = await sessionAgent(backend);
  await using pool = createSessionPool({ size: 1, governor: false, session: agent.options });
  await pool.warm();
  const lease = await pool.acquire();
  await firstAnswer(lease.worker);
  const { spawnMs, handshakeMs, mcpReadyMs, firstTokenMs } = lease.worker.timings;
  for (const ms of [spawnMs, handshakeMs, mcpReadyMs, firstTokenMs]) expect(ms).toBeGreaterThan(0);
  expect(Object.keys(pool.snapshot().phases)).toEqual(expect.arrayContaining(['spawn', 'handshake', 'mcpReady', 'firstToken']));
  await lease.release();
});
