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

interface Served {
  readonly pid: number;
  readonly id: string | undefined;
  readonly secrets: readonly string[];
  readonly models: readonly string[];
}

/** A pool that uses a session again once it is cleared. The real CLI may be slow to answer here. */
function clearingPool(agent: RealAgent, size: number) {
  const timeouts = { resetTimeoutMs: 30_000, validateTimeoutMs: 30_000 };
  return createSessionPool({ size, minIdle: 0, reset: 'clear', ...timeouts, governor: false, session: agent.options });
}

/** Two leases of one key, one after the other, with `reset: 'clear'`: which process each got, and what its requests carried. */
async function leaseTwice(agent: RealAgent, first: (session: Session) => Promise<unknown>): Promise<readonly [Served, Served]> {
  await using pool = clearingPool(agent, 1);
  const serve = async (turn: number): Promise<Served> => {
    const lease = await pool.acquire();
    if (turn === 0) await first(lease.worker);
    const before = agent.api.turns.length;
    const secrets = await tell(agent, lease, `a-${turn}`);
    const models = agent.api.turns.slice(before).map(({ body }) => String((body as { readonly model?: unknown }).model));
    const { id, transport } = lease.worker;
    await lease.release();
    return { pid: transport.pid!, id, secrets, models: [...new Set(models)] };
  };
  return [await serve(0), await serve(1)];
}

describe.skipIf(realCli === undefined)('FT-18 with the real CLI', () => {
  test('what a lease has said is in no request of a later one, and no process serves two tenants', async () => {
    await using agent = await realAgent({ steps: [{ kind: 'text', text: 'noted' }] });
    await using pool = clearingPool(agent, 2);
    const pids = new Map<number, string>();
    for (let turn = 0; turn < 10; turn += 1) {
      const tenant = 'abbaccbaab'[turn]!;
      const lease = await pool.acquire({ tenant });
      const pid = lease.worker.transport.pid!;
      expect(pids.get(pid) ?? tenant).toBe(tenant);
      pids.set(pid, tenant);
      expect(await tell(agent, lease, `${tenant}-${turn}`)).toEqual([`CANARY-${tenant}-${turn}`]);
      await lease.release();
    }
    // Ten leases by ten processes would prove nothing about a process that is used again.
    expect(pids.size).toBeLessThan(10);
  });

  test('Q18 the same process serves the next lease of its key, under a new id, and knows nothing of the first', async () => {
    await using agent = await realAgent({ steps: [{ kind: 'text', text: 'noted' }] });
    const [first, second] = await leaseTwice(agent, () => Promise.resolve());
    expect(second.pid).toBe(first.pid);
    expect([typeof first.id, typeof second.id]).toEqual(['string', 'string']);
    expect(second.id).not.toBe(first.id);
    expect([first.secrets, second.secrets]).toEqual([['CANARY-a-0'], ['CANARY-a-1']]);
  });

  test('Q18 a model and permissions outlive a clear: a session whose lease has set them goes', async () => {
    await using agent = await realAgent({ steps: [{ kind: 'text', text: 'noted' }] });
    const [first, second] = await leaseTwice(agent, async (session) => {
      await session.setModel('claude-sonnet-5-5');
      await session.setPermissionMode('plan');
    });
    expect(second.pid).not.toBe(first.pid);
    expect(first.models).toEqual(['claude-sonnet-5-5']);
    expect(second.models).not.toContain('claude-sonnet-5-5');
    expect(second.secrets).toEqual(['CANARY-a-1']);
  });

  test('control: a session that is told to clear after the model was set still has that model, under a new id', async () => {
    await using agent = await realAgent({ steps: [{ kind: 'text', text: 'noted' }] });
    await using pool = createSessionPool({ size: 1, governor: false, session: agent.options });
    const lease = await pool.acquire();
    await lease.worker.setModel('claude-sonnet-5-5');
    await tell(agent, lease, 'a-0');
    const { id } = lease.worker;
    await lease.worker.prompt('/clear').result();
    expect(lease.worker.id).not.toBe(id);
    expect(await tell(agent, lease, 'a-1')).toEqual(['CANARY-a-1']);
    expect((agent.api.turns.at(-1)!.body as { readonly model?: unknown }).model).toBe('claude-sonnet-5-5');
    await lease.discard();
  });

  test('control: an answer that proves nothing ends the session', async () => {
    await using agent = await realAgent({ steps: [{ kind: 'text', text: 'noted' }] });
    await using pool = clearingPool(agent, 1);
    const first = await pool.acquire();
    const { pid } = first.worker.transport;
    // The clear waits behind this turn: what comes back in between is a model's answer.
    const open = first.worker.prompt('remember CANARY-a-0').result();
    await first.release();
    await open.catch(() => {});
    const second = await pool.acquire();
    expect(second.worker.transport.pid).not.toBe(pid);
    expect(await tell(agent, second, 'a-1')).toEqual(['CANARY-a-1']);
    await second.discard();
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
