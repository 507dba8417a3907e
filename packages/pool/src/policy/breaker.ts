/** What keeps a key that cannot start from being tried again and again. */
export type BreakerState =
  | { readonly phase: 'closed' }
  | { readonly phase: 'open'; readonly untilMs: number; readonly openings: number }
  | { readonly phase: 'half-open'; readonly openings: number };

export type BreakerEvent =
  | { readonly type: 'trip'; readonly nowMs: number; readonly jitter: number }
  | { readonly type: 'probe'; readonly nowMs: number }
  | { readonly type: 'success' };

/** How long an open breaker stays open. */
export interface BreakerRule {
  /** First time, in milliseconds; doubles with each opening in a row. */
  readonly openMs: number;
  /** Longest, in milliseconds. */
  readonly maxOpenMs: number;
}

export const closedBreaker: BreakerState = Object.freeze({ phase: 'closed' });

/**
 * closed -> open on a trip; open -> half-open with the one probe that is let through after the time is over; half-open -> closed on its success, or
 * open again, twice as long, on its failure. `jitter` (0 to 1) stretches the time by up to a half, so that keys which tripped together do not
 * probe together.
 */
export function reduceBreaker(state: BreakerState, event: BreakerEvent, rule: BreakerRule): BreakerState {
  switch (event.type) {
    case 'trip': {
      if (state.phase === 'open') return state;
      const openings = state.phase === 'half-open' ? state.openings + 1 : 1;
      const openMs = Math.min(rule.maxOpenMs, rule.openMs * 2 ** Math.min(openings - 1, 30) * (1 + event.jitter / 2));
      return { phase: 'open', untilMs: event.nowMs + openMs, openings };
    }
    case 'probe':
      return state.phase === 'open' && event.nowMs >= state.untilMs ? { phase: 'half-open', openings: state.openings } : state;
    case 'success':
      return closedBreaker;
  }
}
