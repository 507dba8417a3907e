import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closedBreaker, reduceBreaker, type BreakerEvent, type BreakerState } from '../../../src/policy/breaker.ts';

const rule = { openMs: 15_000, maxOpenMs: 300_000 };
const event = fc.record({
  type: fc.constantFrom('trip' as const, 'probe' as const, 'success' as const),
  afterMs: fc.nat({ max: 60_000 }),
  jitter: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

/** The table: where each event leads from each phase. */
function expectedPhase(before: BreakerState, { type }: BreakerEvent, nowMs: number): BreakerState['phase'] {
  if (type === 'success') return 'closed';
  if (type === 'trip') return 'open';
  return before.phase === 'open' && nowMs >= before.untilMs ? 'half-open' : before.phase;
}

test('Q16 every sequence follows the table, and times double up to a bound only for failures in a row', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 50 }), (events) => {
      let state: BreakerState = closedBreaker;
      let nowMs = 0;
      for (const { type, afterMs, jitter } of events) {
        nowMs += afterMs;
        const before = state;
        const step: BreakerEvent = type === 'trip' ? { type, nowMs, jitter } : type === 'probe' ? { type, nowMs } : { type };
        state = reduceBreaker(before, step, rule);
        expect(state.phase).toBe(expectedPhase(before, step, nowMs));
        if (state.phase === 'open' && before.phase !== 'open') {
          const openings = before.phase === 'half-open' ? before.openings + 1 : 1;
          expect(state.openings).toBe(openings);
          const openForMs = state.untilMs - nowMs;
          expect(openForMs).toBeGreaterThanOrEqual(Math.min(rule.maxOpenMs, rule.openMs * 2 ** (openings - 1)) - 1e-6);
          expect(openForMs).toBeLessThanOrEqual(Math.min(rule.maxOpenMs, rule.openMs * 2 ** (openings - 1) * 1.5) + 1e-6);
        }
      }
    }),
    { numRuns: 1_000 },
  );
});
