import { ConfigError } from '@subwire/core';
import { monotonicClock, type Clock } from '../policy/clock.ts';
import type { PoolGovernor } from '../policy/options.ts';
import { admissionAt, reduceConcurrency, startConcurrency, type ConcurrencyEvent, type ConcurrencyState } from './concurrency.ts';

/** Options of {@link createGovernor}. */
export interface GovernorOptions {
  /** Leases at once to begin with. @defaultValue unlimited until the provider objects */
  readonly initial?: number;
  /** Fewest leases at once, however often the provider objects. @defaultValue 1 */
  readonly min?: number;
  /** Most leases at once. @defaultValue unlimited */
  readonly max?: number;
  /** Least time between two admissions after an objection, in milliseconds. @defaultValue 250 */
  readonly paceMs?: number;
  /** How long admissions are spread out after an objection, in milliseconds. @defaultValue 10000 */
  readonly cautionMs?: number;
  /** A number from 0 to 1, 1 excluded. @defaultValue Math.random */
  readonly random?: () => number;
  /** @defaultValue the host's monotonic clock */
  readonly clock?: Clock;
  /** Milliseconds since 1970, in which providers name reset times. @defaultValue Date.now */
  readonly epochMs?: () => number;
}

/** Keeps what all pools of one credential ask of its provider within what the provider takes. Nothing in a pool goes around it. */
export interface Governor extends PoolGovernor {
  /** Leases allowed at once at the moment. */
  readonly limit: number;
  /** Leases at the moment. */
  readonly inFlight: number;
}

function checkPositive(option: string, value: number | undefined): void {
  if (value === undefined || value > 0) return;
  throw new ConfigError({
    code: 'INVALID_OPTION',
    option,
    message: `Option ${option} of a governor must be more than 0, and is ${String(value)}.`,
  });
}

/**
 * Makes a governor. Give the same one to every pool that uses the same credential: a limit that each pool finds out for itself is found out once too
 * often.
 * @throws ConfigError `INVALID_OPTION`
 */
export function createGovernor(options: GovernorOptions = {}): Governor {
  const {
    initial,
    min = 1,
    max = Number.POSITIVE_INFINITY,
    paceMs = 250,
    cautionMs = 10_000,
    random = Math.random,
    epochMs = Date.now,
  } = options;
  const { clock = monotonicClock } = options;
  for (const [name, value] of Object.entries({ initial, min, max })) checkPositive(name, value);
  const rule = { min, max, paceMs, cautionMs };
  const listeners = new Set<() => void>();
  let state: ConcurrencyState = startConcurrency(Math.min(max, initial ?? Number.POSITIVE_INFINITY));
  let cause: unknown;

  function apply(event: ConcurrencyEvent): void {
    state = reduceConcurrency(state, event, rule);
  }

  function tell(): void {
    for (const run of [...listeners]) run();
  }

  return {
    get limit() {
      return state.limit;
    },
    get inFlight() {
      return state.inFlight;
    },
    admit() {
      const nowMs = clock.nowMs();
      const atMs = admissionAt(state, nowMs);
      if (atMs === undefined || atMs > nowMs) return { type: 'wait', delayMs: atMs === undefined ? undefined : atMs - nowMs, cause };
      apply({ type: 'admit', nowMs, jitter: random() });
      return { type: 'go' };
    },
    release() {
      apply({ type: 'release' });
      queueMicrotask(tell);
    },
    report(signal, ageMs = 0) {
      const nowMs = clock.nowMs();
      if (signal.type === 'served') apply({ type: 'served', nowMs });
      else if (signal.type === 'blocked')
        apply({ type: 'blocked', untilMs: nowMs + Math.max(0, signal.untilEpochMs - epochMs()), jitter: random() });
      else apply({ type: 'throttled', nowMs, ageMs, retryAfterMs: signal.retryAfterMs, jitter: random() });
      if (signal.type !== 'served') ({ cause } = signal);
      queueMicrotask(tell);
    },
    onChange(run) {
      listeners.add(run);
      return () => void listeners.delete(run);
    },
  };
}
