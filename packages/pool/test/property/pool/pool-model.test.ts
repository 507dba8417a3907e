import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPool, type Lease } from '../../../src/index.ts';
import { plainFactory, seeded, type PlainWorker } from '../../support/plain-workers.ts';
import { settle, virtualClock } from '../../support/virtual-clock.ts';

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('acquire' as const),
      key: fc.constantFrom('a', 'b', undefined),
      priority: fc.integer({ min: 0, max: 9 }),
      sticky: fc.constantFrom(undefined, undefined, 'talk'),
    }),
  },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('release' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('discard' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('abort' as const), pick: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('kill' as const), pick: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('time' as const), ms: fc.constantFrom(0, 5, 300, 1_500, 31_000) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('resize' as const), size: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reload' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('pause' as const) }) },
);

interface Call {
  readonly abort: AbortController;
  outcome: 'waiting' | 'lease' | 'rejected';
}

test('Q01 Q43: no sequence of acquire, release, discard, death, abort, resize and time makes two leases of one worker, loses a call or exceeds the size', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(), async (steps, seed) => {
      const clock = virtualClock();
      const random = seeded(seed);
      const factory = plainFactory({
        onCreate: () => (random() < 0.2 ? Promise.reject(new Error('no start')) : undefined),
        validate: async (worker) => worker.isAlive && random() > 0.1,
        reset: async () => (random() < 0.3 ? 'retire' : 'reuse'),
      });
      const pool = createPool(factory, { size: 3, clock, random, checkInvariants: true, acquireTimeoutMs: 60_000 });
      const calls: Call[] = [];
      const leases = new Map<Lease<PlainWorker>, PlainWorker>();
      let largest = 3;
      const live = (): Lease<PlainWorker>[] => [...leases.keys()].filter(({ signal }) => !signal.aborted);
      for (const one of steps) {
        if (one.type === 'acquire') {
          const call: Call = { abort: new AbortController(), outcome: 'waiting' };
          calls.push(call);
          const { key, sticky, priority } = one;
          pool
            .acquire({ priority, signal: call.abort.signal, ...(key !== undefined && { key }), ...(sticky !== undefined && { sticky }) })
            .then(
              (lease) => {
                call.outcome = 'lease';
                expect(lease.key).toBe(key ?? 'default');
                for (const held of live()) expect(held.worker).not.toBe(lease.worker);
                leases.set(lease, lease.worker);
              },
              () => (call.outcome = 'rejected'),
            );
        } else if (one.type === 'release' || one.type === 'discard') {
          const held = [...leases.keys()];
          const lease = held[one.pick % Math.max(1, held.length)];
          if (lease !== undefined) {
            leases.delete(lease);
            void lease[one.type]();
          }
        } else if (one.type === 'abort') calls[one.pick % Math.max(1, calls.length)]?.abort.abort();
        else if (one.type === 'kill') factory.alive[one.pick % Math.max(1, factory.alive.length)]?.die();
        else if (one.type === 'resize') {
          largest = Math.max(largest, one.size);
          void pool.resize(one.size);
        } else if (one.type === 'reload') pool.reload();
        else if (one.type === 'pause') {
          pool.pause();
          pool.resume();
        } else await clock.advance(one.ms);
        await settle();
        const existing = factory.made.length - factory.destroyed.length;
        expect(existing).toBeLessThanOrEqual(largest);
        expect(pool.stats.leased).toBe(live().length);
      }
      const last = [...leases.keys()];
      leases.clear();
      for (const lease of last) void lease.release();
      await settle();
      const closed = pool.close({ graceMs: 0 });
      await clock.advance(10_000);
      await closed;
      expect(calls.filter(({ outcome }) => outcome === 'waiting')).toEqual([]);
      expect(factory.made.length).toBe(factory.destroyed.length);
      expect(pool.stats).toMatchObject({ leased: 0, idle: 0, waiting: 0 });
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 150 },
  );
});
