/** How many requests one credential bears at the moment, as far as its provider has let on. */
export interface ConcurrencyState {
  /** Leases allowed at once. Infinite until the provider objects for the first time. */
  readonly limit: number;
  readonly inFlight: number;
  /** Nothing is admitted before this moment. */
  readonly blockedUntilMs: number;
  /** Until this moment, admissions are spread out. */
  readonly cautiousUntilMs: number;
  readonly nextAdmitMs: number;
  readonly lastThrottleMs: number;
  /** Answers since the limit last grew. */
  readonly served: number;
}

export type ConcurrencyEvent =
  | { readonly type: 'admit'; readonly nowMs: number; readonly jitter: number }
  | { readonly type: 'release' }
  | { readonly type: 'served'; readonly nowMs: number }
  /** `ageMs` is how long ago the objecting request's lease was given. */
  | {
      readonly type: 'throttled';
      readonly nowMs: number;
      readonly ageMs: number;
      readonly retryAfterMs?: number | undefined;
      readonly jitter: number;
    }
  | { readonly type: 'blocked'; readonly untilMs: number; readonly jitter: number };

export interface ConcurrencyRule {
  readonly min: number;
  readonly max: number;
  /** Least time between two admissions after an objection, in milliseconds. */
  readonly paceMs: number;
  /** How long admissions are spread out after an objection, in milliseconds. */
  readonly cautionMs: number;
}

export function startConcurrency(limit: number): ConcurrencyState {
  const never = Number.NEGATIVE_INFINITY;
  return { limit, inFlight: 0, blockedUntilMs: never, cautiousUntilMs: never, nextAdmitMs: never, lastThrottleMs: never, served: 0 };
}

/** When the next request may be admitted: now, at some moment, or once another has ended (undefined). */
export function admissionAt(state: ConcurrencyState, nowMs: number): number | undefined {
  if (state.blockedUntilMs > nowMs) return state.blockedUntilMs;
  if (state.inFlight >= Math.floor(state.limit)) return undefined;
  if (state.cautiousUntilMs > nowMs && state.nextAdmitMs > nowMs) return state.nextAdmitMs;
  return nowMs;
}

/**
 * Halves on an objection, once per burst: requests that were under way when the limit fell object to the old limit, not to the new one. Grows by one
 * whenever as many requests as the limit allows have been answered. A reset time that the provider names is kept, with a little on top, so that
 * not everybody comes back in the same moment.
 */
export function reduceConcurrency(state: ConcurrencyState, event: ConcurrencyEvent, rule: ConcurrencyRule): ConcurrencyState {
  switch (event.type) {
    case 'admit':
      return { ...state, inFlight: state.inFlight + 1, nextAdmitMs: event.nowMs + rule.paceMs * (1 + event.jitter / 4) };
    case 'release':
      return { ...state, inFlight: Math.max(0, state.inFlight - 1) };
    case 'served': {
      const served = state.served + 1;
      if (state.limit >= rule.max || served < state.limit) return { ...state, served };
      return { ...state, limit: Math.min(rule.max, state.limit + 1), served: 0 };
    }
    case 'blocked':
      return { ...state, blockedUntilMs: Math.max(state.blockedUntilMs, event.untilMs + rule.paceMs * event.jitter) };
    case 'throttled': {
      const { nowMs, retryAfterMs = rule.paceMs, jitter } = event;
      const later: ConcurrencyState = {
        ...state,
        served: 0,
        blockedUntilMs: Math.max(state.blockedUntilMs, nowMs + retryAfterMs * (1 + jitter / 4)),
        cautiousUntilMs: nowMs + retryAfterMs + rule.cautionMs,
      };
      if (nowMs - event.ageMs < state.lastThrottleMs) return later;
      const used = Math.min(state.limit, Math.max(1, state.inFlight));
      return { ...later, limit: Math.max(rule.min, Math.floor(used / 2)), lastThrottleMs: nowMs };
    }
  }
}
