import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freshInput, type InputEvent, type InputLifetime, needsInput, stepInput } from '../../../src/session/input-lifetime.ts';

const few = fc.integer({ min: 0, max: 3 });
const event: fc.Arbitrary<InputEvent> = fc.oneof(
  fc.record({ kind: fc.constant('turns' as const), open: few }),
  fc.record({ kind: fc.constant('activity' as const), running: fc.boolean(), tasks: few }),
  fc.record({ kind: fc.constant('control' as const), sent: few, asked: few }),
  fc.constant({ kind: 'caller-ended' } as const),
);

const quiet: readonly InputEvent[] = [
  { kind: 'turns', open: 0 },
  { kind: 'activity', running: false, tasks: 0 },
  { kind: 'control', sent: 0, asked: 0 },
];

function run(events: readonly InputEvent[]): readonly InputLifetime[] {
  const states = [freshInput];
  for (const next of events) states.push(stepInput(states.at(-1)!, next));
  return states;
}

test('P05 no ordering of result, control_request, task_started and the end of the input ends stdin with something pending', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      const states = run(events);
      const last = states.findIndex((state) => state.ended);
      if (last < 0) return;
      expect(needsInput(states[last]!)).toBe(false);
      expect(states[last]!.callerEnded).toBe(true);
      // It ends once: whatever comes later, it stays ended.
      expect(states.slice(last).every((state) => state.ended)).toBe(true);
    }),
  );
});

test('P05 stdin does end once the caller has ended and everything is answered, in whatever order that comes', () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 20 }),
      fc.shuffledSubarray([...quiet, { kind: 'caller-ended' } as const], { minLength: 4 }),
      (before, end) => {
        expect(run([...before, ...end]).at(-1)!.ended).toBe(true);
      },
    ),
  );
});

test('P05 stdin stays open for as long as the caller has not ended', () => {
  fc.assert(
    fc.property(
      fc.array(
        event.filter(({ kind }) => kind !== 'caller-ended'),
        { maxLength: 30 },
      ),
      (events) => {
        expect(run(events).some((state) => state.ended)).toBe(false);
      },
    ),
  );
});
