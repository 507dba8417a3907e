import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLoneMap } from '../../../src/streams/lone-map.ts';

test('does what a Map does, whatever comes and goes', () => {
  const id = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(fc.record({ set: id, value: fc.nat(9) }), fc.record({ take: id }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const map = new Map<string, number>();
      const lone = createLoneMap<number>();
      for (const each of steps) {
        if ('set' in each) {
          map.set(each.set, each.value);
          lone.set(each.set, each.value);
        } else {
          expect(lone.take(each.take)).toBe(map.get(each.take));
          map.delete(each.take);
        }
        expect(lone.entries()).toEqual([...map]);
        expect(lone.size).toBe(map.size);
        for (const key of ['a', 'b', 'c']) expect(lone.has(key)).toBe(map.has(key));
      }
    }),
  );
});
