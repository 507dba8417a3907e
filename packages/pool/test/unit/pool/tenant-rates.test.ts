import { describe, expect, it } from 'vitest';
import { createPool, type TenantOptions } from '../../../src/index.ts';
import { plainFactory } from '../../support/plain-workers.ts';
import { settle, virtualClock } from '../../support/virtual-clock.ts';

const checked = { checkInvariants: true, random: () => 0.5, acquireTimeoutMs: 1e9, maxWaiters: 10_000 } as const;

/** Times at which 40 calls of one tenant were served, each giving its worker back at once. */
async function serve(tenant: TenantOptions): Promise<{ readonly atMs: readonly number[]; readonly othersMs: readonly number[] }> {
  const clock = virtualClock();
  const pool = createPool(plainFactory(), { ...checked, checkInvariants: false, clock, size: 4, tenants: { limited: tenant } });
  await pool.warm();
  const atMs: number[] = [];
  const othersMs: number[] = [];
  const call = async (name: string, into: number[]): Promise<void> => {
    const lease = await pool.acquire({ tenant: name });
    into.push(clock.nowMs());
    await lease.release();
  };
  for (let count = 0; count < 40; count += 1) call('limited', atMs).catch(() => {});
  for (let second = 0; second < 4; second += 1) {
    await clock.advance(1_000);
    const askedAtMs = clock.nowMs();
    await call('other', othersMs);
    othersMs.push(othersMs.pop()! - askedAtMs);
  }
  const closed = pool.close();
  await clock.advance(5_000);
  await closed.catch(() => {});
  return { atMs, othersMs };
}

describe('Q30 the rate of a tenant', () => {
  it('is a burst at first and then so many a second, and delays nobody else', async () => {
    const calls = serve({ leasesPerSecond: 5, burst: 3 });
    const { atMs, othersMs } = await calls;
    expect(atMs.filter((ms) => ms < 100)).toHaveLength(3);
    // Four seconds at five a second, on top of the burst.
    expect(atMs.filter((ms) => ms <= 4_000).length).toBeGreaterThanOrEqual(22);
    for (let index = 3; index < atMs.length; index += 1) expect(atMs[index]! - atMs[index - 3]!).toBeGreaterThanOrEqual(199);
    for (let index = 0; index < atMs.length; index += 1) expect(index + 1).toBeLessThanOrEqual(3 + (atMs[index]! * 5) / 1_000 + 1e-6);
    expect(Math.max(...othersMs)).toBe(0);
  });

  it('control: without one, all 40 are served in the first moment', async () => {
    expect((await serve({})).atMs.filter((ms) => ms < 100)).toHaveLength(40);
  });

  it('does not charge for a lease that came to nothing', async () => {
    const clock = virtualClock();
    let isSick = true;
    const factory = plainFactory({ validate: async () => !isSick });
    const pool = createPool(factory, { ...checked, clock, size: 1, tenants: { limited: { leasesPerSecond: 0.1 } } });
    const call = pool.acquire({ tenant: 'limited' });
    await settle();
    isSick = false;
    await clock.advance(1_000);
    const lease = await call;
    expect(lease.waitedMs).toBeLessThanOrEqual(1_000);
    expect(pool.snapshot().counters['checksFailed']).toBeGreaterThan(0);
    await lease.release();
    await pool.close();
  });

  it.each([
    ['leasesPerSecond', 0],
    ['leasesPerSecond', Number.NaN],
    ['burst', 0.5],
  ] as const)('refuses a %s of %s', (name, value) => {
    expect(() => createPool(plainFactory(), { tenants: { limited: { [name]: value } } })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option: `tenants.limited.${name}` }),
    );
  });
});
