import { createSessionPool, type Lease } from '@subwire/pool';
import type { Session } from '@subwire/core';
import { describe, expect, test } from 'vitest';
import { realAgent, realCli, type RealAgent } from '../src/real-agent.ts';

/** Says something secret, and returns every secret that the requests of this turn carried. */
async function tell(agent: RealAgent, { worker }: Lease<Session>, secret: string): Promise<readonly string[]> {
  const before = agent.api.turns.length;
  await worker.prompt(`remember CANARY-${secret}`).result();
  const sent = agent.api.turns.slice(before).map(({ body }) => JSON.stringify(body));
  expect(sent.length).toBeGreaterThan(0);
  return [...new Set(sent.join('').match(/CANARY-[a-z]-\d+/g))];
}

describe.skipIf(realCli === undefined)('FT-18 with the real CLI', () => {
  test('what a lease has said is in no request of a later one, and no process serves two tenants', async () => {
    await using agent = await realAgent({ steps: [{ kind: 'text', text: 'noted' }] });
    await using pool = createSessionPool({ size: 2, minIdle: 0, reset: 'clear', governor: false, session: agent.options });
    const pids = new Map<number, string>();
    for (let turn = 0; turn < 10; turn += 1) {
      const tenant = 'abbaccbaab'[turn]!;
      const lease = await pool.acquire({ key: tenant, tenant });
      const pid = lease.worker.transport.pid!;
      expect(pids.get(pid) ?? tenant).toBe(tenant);
      pids.set(pid, tenant);
      expect(await tell(agent, lease, `${tenant}-${turn}`)).toEqual([`CANARY-${tenant}-${turn}`]);
      await lease.release();
    }
  });

  test('control: a conversation that is kept carries what was said before', async () => {
    await using agent = await realAgent({ steps: [{ kind: 'text', text: 'noted' }] });
    await using pool = createSessionPool({ size: 1, governor: false, session: agent.options });
    const first = await pool.acquire({ sticky: 'talk' });
    await tell(agent, first, 'a-1');
    await first.release();
    const second = await pool.acquire({ sticky: 'talk' });
    expect(await tell(agent, second, 'a-2')).toEqual(['CANARY-a-1', 'CANARY-a-2']);
    await second.discard();
  });
});
