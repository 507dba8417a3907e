import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptySlot, isManned, isVacant, reduceSlot, type SlotEvent, type SlotState } from '../../../src/slot/slot-state.ts';

const vacant = fc.constantFrom('empty' as const, 'waiting' as const, 'abandoned' as const);
const generation = fc.integer({ min: 0, max: 4 });
const nowMs = fc.nat(1_000);
const event: fc.Arbitrary<SlotEvent> = fc.oneof(
  fc.record({ type: fc.constant('start' as const), key: fc.constantFrom('a', 'b') }),
  fc.record({ type: fc.constant('created' as const), generation, nowMs }),
  fc.record({ type: fc.constant('failed' as const), generation, next: vacant }),
  fc.record({ type: fc.constant('check' as const) }),
  fc.record({ type: fc.constant('checked' as const), generation, nowMs }),
  fc.record({ type: fc.constant('lend' as const) }),
  fc.record({ type: fc.constant('give-back' as const) }),
  fc.record({ type: fc.constant('keep' as const), nowMs }),
  fc.record({ type: fc.constant('ready-again' as const), generation, nowMs }),
  fc.record({ type: fc.constant('doom' as const), reason: fc.constant('old') }),
  fc.record({ type: fc.constant('retire' as const), cause: fc.constant('why') }),
  fc.record({ type: fc.constant('lost' as const), generation, cause: fc.constant('died') }),
  fc.record({ type: fc.constant('gone' as const), generation, next: vacant }),
  fc.record({ type: fc.constant('vacate' as const), next: vacant }),
);

test('no order of events makes two workers, loses one, or lets a late answer change anything', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80 }), (events) => {
      let state: SlotState = emptySlot;
      // Workers that exist by what the effects say: made by `created`, ended by `destroy`.
      let workers = 0;
      let isPendingCreate = false;
      for (const one of events) {
        const before = state;
        const step = reduceSlot(state, one);
        state = step.state;
        if (!step.accepted) {
          expect(state).toBe(before);
          expect(step.effects).toEqual([]);
          continue;
        }
        if ('generation' in one) expect(one.generation).toBe(before.generation);
        if (step.effects.includes('create')) {
          expect(isPendingCreate || workers > 0).toBe(false);
          isPendingCreate = true;
          expect(state.generation).toBe(before.generation + 1);
        }
        if (one.type === 'created') {
          isPendingCreate = false;
          workers += 1;
        }
        if (one.type === 'failed') isPendingCreate = false;
        if (one.type === 'gone') {
          workers = 0;
          isPendingCreate = false;
        }
        if (isManned(state.phase)) expect(workers).toBe(1);
        if (isVacant(state.phase)) expect(workers).toBe(0);
        // A worker that is on its way out never comes back.
        if (before.phase === 'retiring' && isManned(state.phase)) throw new Error('a worker came back from retiring');
        if (state.phase === 'idle')
          expect(state.doomed !== undefined && before.phase !== 'idle' && before.phase !== 'starting').toBe(false);
      }
    }),
    { numRuns: 2_000 },
  );
});
