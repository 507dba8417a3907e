import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createWaitQueue, type Waiter } from '../../../src/queue/wait-queue.ts';

const ageingMs = 10_000;

interface Modelled extends Waiter {
  isHeld: boolean;
}

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('add' as const),
      key: fc.constantFrom('a', 'b', 'c'),
      priority: fc.integer({ min: 0, max: 9 }),
      afterMs: fc.nat(5_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('remove' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('hold' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('unhold' as const), pick: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('serve' as const), keys: fc.subarray(['a', 'b', 'c'], { minLength: 1 }) }) },
);

test('Q05 Q06: whatever is added, removed, held and put back, the one with the best priority and age is served, and equals in the order of arrival', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const queue = createWaitQueue<Waiter>({ ageingMs, weightOf: () => 1 });
      const model: Modelled[] = [];
      let nowMs = 0;
      let id = 0;
      for (const one of steps) {
        if (one.type === 'add') {
          nowMs += one.afterMs;
          id += 1;
          const waiter = { id, key: one.key, tenant: '', priority: one.priority, enqueuedAtMs: nowMs, isHeld: false };
          model.push(waiter);
          queue.add(waiter);
        } else if (one.type === 'serve') {
          const candidates = model.filter(({ key, isHeld }) => one.keys.includes(key) && !isHeld);
          const score = (waiter: Waiter): number => waiter.enqueuedAtMs + waiter.priority * ageingMs;
          const best = candidates.sort((left, right) => score(left) - score(right) || left.id - right.id)[0];
          const next = queue.next({ key: (key) => one.keys.includes(key), tenant: () => true });
          expect(next?.id).toBe(best?.id);
          if (best !== undefined) {
            queue.remove(best.id);
            model.splice(model.indexOf(best), 1);
          }
        } else if (model.length > 0) {
          const index = one.pick % model.length;
          const waiter = model[index]!;
          if (one.type === 'remove') {
            expect(queue.remove(waiter.id)?.id).toBe(waiter.id);
            expect(queue.remove(waiter.id)).toBeUndefined();
            model.splice(index, 1);
          } else {
            queue[one.type](waiter.id);
            waiter.isHeld = one.type === 'hold';
          }
        }
        expect(queue.size).toBe(model.filter(({ isHeld }) => !isHeld).length);
        for (const key of ['a', 'b', 'c'])
          expect(queue.countOf({ key })).toBe(model.filter((waiter) => waiter.key === key && !waiter.isHeld).length);
      }
    }),
    { numRuns: 300 },
  );
});

test('Q30: tenants that wait all the time are served in the proportion of their weights, whatever each has queued', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }), (one, other, flood) => {
      const weights: Record<string, number> = { one, other };
      const queue = createWaitQueue<Waiter>({ ageingMs, weightOf: (tenant) => weights[tenant] ?? 1 });
      let id = 0;
      const add = (tenant: string): void => {
        id += 1;
        queue.add({ id, key: 'k', tenant, priority: 5, enqueuedAtMs: 0 });
      };
      for (let count = 0; count < flood; count += 1) add('one');
      const served: Record<string, number> = { one: 0, other: 0 };
      const rounds = 60 * (one + other);
      for (let round = 0; round < rounds; round += 1) {
        add('one');
        add('other');
        const next = queue.next({ key: () => true, tenant: () => true })!;
        queue.hold(next.id);
        queue.remove(next.id);
        served[next.tenant]! += 1;
      }
      expect(served['one']! / served['other']!).toBeGreaterThan((one / other) * 0.9);
      expect(served['one']! / served['other']!).toBeLessThan((one / other) * 1.1);
    }),
    { numRuns: 60 },
  );
});
