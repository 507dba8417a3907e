import { expect, test } from 'vitest';
import { createPool, type PoolOptions } from '../../../src/index.ts';
import { plainFactory, seeded, type PlainWorker } from '../../support/plain-workers.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

function poolOf(options: PoolOptions) {
  const clock = virtualClock();
  const pool = createPool(plainFactory(), { clock, checkInvariants: true, acquireTimeoutMs: 1e9, isolateTenants: true, ...options });
  return { clock, pool };
}

test('Q18 a worker serves one tenant, who gets it again; another gets one that nobody has used, or has it replaced', async () => {
  const { clock, pool } = poolOf({ size: 2 });
  const warm = pool.warm();
  await clock.advance(1_000);
  await warm;
  const first = await pool.acquire({ tenant: 'a' });
  const { worker } = first;
  await first.release();
  const own = await pool.acquire({ tenant: 'a' });
  expect(own.worker).toBe(worker);
  await own.release();
  const fresh = await pool.acquire({ tenant: 'b' });
  expect(fresh.worker).not.toBe(worker);
  expect(pool.snapshot().counters['retired'] ?? 0).toBe(0);
  // The one idle worker has served the first tenant.
  const waiting = pool.acquire({ tenant: 'b' });
  await clock.advance(1_000);
  const replaced = await waiting;
  expect(replaced.worker).not.toBe(worker);
  expect(pool.snapshot().counters['retired']).toBe(1);
  await Promise.all([fresh.release(), replaced.release()]);
  await Promise.all([pool.close(), clock.advance(5_000)]);
});

test('Q18 over 2,000 leases of five tenants no worker serves two, and nobody waits for ever; control: without it they share', async () => {
  for (const isolateTenants of [true, false]) {
    const { clock, pool } = poolOf({ size: 4, isolateTenants });
    const random = seeded(7);
    const tenantsOf = new Map<PlainWorker, Set<string>>();
    let served = 0;
    const client = async (): Promise<void> => {
      while (served < 2_000) {
        served += 1;
        const tenant = `t${Math.floor(random() * 5)}`;
        const lease = await pool.acquire({ tenant, ...(random() < 0.2 && { sticky: 'talk' }) });
        tenantsOf.set(lease.worker, (tenantsOf.get(lease.worker) ?? new Set()).add(tenant));
        await new Promise<void>((resolve) => clock.setTimer(1 + random() * 10, resolve));
        await lease.release();
      }
    };
    const clients = Promise.all(Array.from({ length: 6 }, client));
    let isOver = false;
    void clients.then(() => (isOver = true));
    for (let turn = 0; turn < 20_000 && !isOver; turn += 1) await clock.advance(100);
    expect(isOver).toBe(true);
    const shared = [...tenantsOf.values()].filter(({ size }) => size > 1).length;
    if (isolateTenants) expect(shared).toBe(0);
    else expect(shared).toBeGreaterThan(0);
    await Promise.all([pool.close(), clock.advance(5_000)]);
  }
});

test('Q19 a conversation is its tenant’s: the same name of another tenant is another conversation', async () => {
  const { clock, pool } = poolOf({ size: 2, isolateTenants: false });
  const first = await Promise.all([pool.acquire({ tenant: 'a', sticky: 'talk' }), clock.advance(1_000)]).then(([lease]) => lease);
  await first.release();
  const other = await Promise.all([pool.acquire({ tenant: 'b', sticky: 'talk' }), clock.advance(1_000)]).then(([lease]) => lease);
  expect(other.worker).not.toBe(first.worker);
  const again = await pool.acquire({ tenant: 'a', sticky: 'talk' });
  expect(again.worker).toBe(first.worker);
  await Promise.all([other.release(), again.release()]);
  await Promise.all([pool.close(), clock.advance(5_000)]);
});
