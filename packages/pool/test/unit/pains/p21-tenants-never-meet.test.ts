import { expect, test } from 'vitest';
import { createPool, type Lease } from '../../../src/index.ts';
import { plainFactory, seeded, type PlainWorker } from '../../support/plain-workers.ts';
import { settle, virtualClock } from '../../support/virtual-clock.ts';

/** 50 tenants, one key each, with crashes, cancelled calls and late releases. Returns what a tenant could read of another. */
async function mingle(
  keyOf: (tenant: string) => string,
): Promise<{ readonly leaks: number; readonly leased: number; readonly operations: number }> {
  const random = seeded(21);
  const clock = virtualClock();
  const factory = plainFactory();
  const pool = createPool(factory, { clock, random, size: 8, minIdle: 0, acquireTimeoutMs: 1e9 });
  const held: { readonly lease: Lease<PlainWorker>; readonly tenant: string }[] = [];
  let leaks = 0;
  let operations = 0;
  while (operations < 2_000) {
    operations += 1;
    const tenant = `tenant-${Math.floor(random() * 50)}`;
    if (held.length < 6 && random() < 0.6) {
      const lease = await Promise.race([pool.acquire({ key: keyOf(tenant) }), clock.advance(5_000).then(() => undefined)]);
      if (lease === undefined) break;
      leaks += lease.worker.notes.filter((note) => note !== tenant).length;
      lease.worker.notes.push(tenant);
      held.push({ lease, tenant });
      continue;
    }
    const [entry] = held.splice(Math.floor(random() * held.length), 1);
    if (entry === undefined) continue;
    const fate = random();
    if (fate < 0.1) entry.lease.worker.die();
    else if (fate < 0.2) await entry.lease.discard();
    await entry.lease.release();
    await entry.lease.release();
    await settle(10);
  }
  const { leased } = pool.stats;
  expect(leased).toBe(held.length);
  for (const { lease } of held) await lease.release();
  await Promise.all([pool.close(), clock.advance(10_000)]);
  return { leaks, leased, operations };
}

test('P21 nothing that one tenant said is ever in a worker that another gets, and the count of leases is exact', async () => {
  expect(await mingle((tenant) => tenant)).toMatchObject({ leaks: 0, operations: 2_000 });
});

test('P21 control: with one key for all, what one tenant said is read by others', async () => {
  expect((await mingle(() => 'all')).leaks).toBeGreaterThan(100);
});

test('P21 only the holder can end a lease: a late second release does not end the next one', async () => {
  const pool = createPool(plainFactory(), { size: 1 });
  const first = await pool.acquire();
  await first.release();
  const second = await pool.acquire();
  await first.release();
  await first.discard();
  expect(second.signal.aborted).toBe(false);
  expect(pool.stats.leased).toBe(1);
  await second.release();
  await pool.close();
});
