import { closedBreaker, reduceBreaker, type BreakerState } from '../policy/breaker.ts';
import type { ResolvedRestartOptions } from '../policy/options.ts';
import { chargeBudget, failuresWithin, freshBudget, isExhausted, type RestartBudget } from '../policy/restart-budget.ts';

/** How the next worker of a key may be started, if at all. */
export type Permit =
  | { readonly type: 'start'; readonly via: StartVia }
  /** Not before this moment; undefined: not before something else has ended. */
  | { readonly type: 'wait'; readonly untilMs: number | undefined }
  /** The key cannot start. */
  | { readonly type: 'refused'; readonly causes: readonly unknown[]; readonly isPermanent: boolean; readonly untilMs: number };

/** The ordinary start, the one start that is let through to see whether a key works again, or the caller's own factory. */
export type StartVia = 'factory' | 'probe' | 'fallback';

/** What follows from a failed start. */
export type Verdict =
  | { readonly type: 'retry'; readonly attempt: number; readonly delayMs: number }
  | { readonly type: 'fallback'; readonly causes: readonly unknown[] }
  | { readonly type: 'abandon'; readonly causes: readonly unknown[]; readonly reviveAtMs: number };

export interface FailureReport {
  readonly key: string;
  readonly slot: number;
  readonly via: StartVia;
  readonly cause: unknown;
  readonly nowMs: number;
  /** Warm workers of the same key, this one not counted. */
  readonly live: number;
  /** When the failed worker's start began. */
  readonly startedAtMs: number;
  /** Whether it had become warm. */
  readonly wasWarm: boolean;
}

/** Decides about starts: when, how, and when no more. Keeps its own counts, has no timers, and starts nothing itself. */
export interface Supervisor {
  permit(key: string, nowMs: number): Permit;
  started(key: string, via: StartVia, nowMs: number): void;
  ready(key: string, slot: number, via: StartVia): void;
  /** A start that was called off: says nothing about the key. */
  calledOff(key: string, via: StartVia): void;
  failed(report: FailureReport): Verdict;
  /** A worker of the key served a lease, or lived long enough. */
  proven(key: string, slot: number): void;
  /** When a place that was given up may be tried again; undefined for one that was not. */
  reviveAt(slot: number): number | undefined;
  /** What the key's starts failed with, oldest first; of failures that do not count, the last. */
  causesOf(key: string): readonly unknown[];
  breakerOf(key: string): BreakerState['phase'];
  forget(key: string): void;
}

interface KeyRecord {
  budget: RestartBudget;
  breaker: BreakerState;
  isPermanent: boolean;
  causes: readonly unknown[];
  /** Failures of any class in a row, for the length of the wait. */
  streak: number;
  /** Whether the last start failed. */
  isSuspect: boolean;
  /** Whether any start has succeeded since the count was cleared. */
  hasStarted: boolean;
  lastCause: readonly unknown[];
  notBeforeMs: number;
  chargedAtMs: number;
  starting: number;
  fallbackFailed: boolean;
}

interface SlotRecord {
  budget: RestartBudget;
  reviveAtMs: number | undefined;
}

const maxKeys = 1_000;

export function createSupervisor(
  rule: ResolvedRestartOptions,
  options: { readonly hasFallback: boolean; readonly random: () => number },
): Supervisor {
  const keys = new Map<string, KeyRecord>();
  const slots = new Map<number, SlotRecord>();

  function keyOf(key: string): KeyRecord {
    const known = keys.get(key);
    if (known !== undefined) return known;
    const record: KeyRecord = {
      budget: freshBudget,
      breaker: closedBreaker,
      isPermanent: false,
      causes: [],
      streak: 0,
      isSuspect: false,
      hasStarted: false,
      lastCause: [],
      notBeforeMs: Number.NEGATIVE_INFINITY,
      chargedAtMs: Number.NEGATIVE_INFINITY,
      starting: 0,
      fallbackFailed: false,
    };
    if (keys.size >= maxKeys) forgetQuiet();
    keys.set(key, record);
    return record;
  }

  /** Keys about which there is nothing to remember go, or a pool with a key per conversation would grow for ever. */
  function forgetQuiet(): void {
    for (const [key, { streak, starting, breaker }] of keys)
      if (streak === 0 && starting === 0 && breaker.phase === 'closed') keys.delete(key);
  }

  function slotOf(slot: number): SlotRecord {
    const record = slots.get(slot) ?? { budget: freshBudget, reviveAtMs: undefined };
    slots.set(slot, record);
    return record;
  }

  function clear(record: KeyRecord): void {
    record.budget = freshBudget;
    record.breaker = reduceBreaker(record.breaker, { type: 'success' }, rule);
    record.isPermanent = false;
    record.causes = [];
    record.lastCause = [];
    record.streak = 0;
    record.isSuspect = false;
    record.notBeforeMs = Number.NEGATIVE_INFINITY;
    record.fallbackFailed = false;
  }

  function permit(key: string, nowMs: number): Permit {
    const record = keyOf(key);
    if (record.breaker.phase === 'half-open') return { type: 'wait', untilMs: undefined };
    if (record.breaker.phase === 'open') {
      if (record.breaker.untilMs <= nowMs) return { type: 'start', via: 'probe' };
      if (options.hasFallback && !record.fallbackFailed) {
        return record.starting > 0 ? { type: 'wait', untilMs: undefined } : { type: 'start', via: 'fallback' };
      }
      return { type: 'refused', causes: record.causes, isPermanent: record.isPermanent, untilMs: record.breaker.untilMs };
    }
    if (record.notBeforeMs > nowMs) return { type: 'wait', untilMs: record.notBeforeMs };
    // After a failure one at a time, and before the first success never more than the budget has: starts that are doomed together would be paid for together.
    const failures = failuresWithin(record.budget, nowMs, rule.windowMs).length;
    const isDoubtful = record.isSuspect ? record.starting > 0 : !record.hasStarted && record.starting + failures > rule.limit;
    if (isDoubtful) return { type: 'wait', untilMs: undefined };
    return { type: 'start', via: 'factory' };
  }

  function ended(record: KeyRecord): void {
    record.starting = Math.max(0, record.starting - 1);
  }

  function charge(report: FailureReport, record: KeyRecord): void {
    const failure = { atMs: report.nowMs, cause: report.cause };
    // Workers that were all started before the last charge and now die as well are one incident, not as many as there were workers.
    if (!report.wasWarm || report.startedAtMs >= record.chargedAtMs) {
      record.budget = chargeBudget(record.budget, failure, rule.windowMs);
      record.chargedAtMs = report.nowMs;
      const own = slotOf(report.slot);
      own.budget = chargeBudget(own.budget, failure, rule.windowMs);
    }
    record.causes = failuresWithin(record.budget, report.nowMs, rule.windowMs).map(({ cause }) => cause);
  }

  function failed(report: FailureReport): Verdict {
    const { key, slot, via, cause, nowMs, live } = report;
    const record = keyOf(key);
    if (!report.wasWarm) ended(record);
    const kind = rule.classify(cause);
    record.lastCause = [cause];
    if (via === 'fallback') {
      record.fallbackFailed = true;
      record.causes = [...record.causes, cause];
      return abandon(slot, record, nowMs);
    }
    if (kind !== 'resource') charge(report, record);
    record.streak += 1;
    // Workers of the same key are alive: what happened to this one says nothing about the next.
    const isBadLuck = kind === 'resource' && live > 0 && record.streak === 1;
    record.isSuspect = !isBadLuck;
    const slotSpent = isExhausted(slotOf(slot).budget, nowMs, rule);
    const keySpent = via === 'probe' || kind === 'permanent' || (live === 0 && isExhausted(record.budget, nowMs, rule));
    if (!keySpent && !slotSpent) {
      const delayMs = isBadLuck ? 0 : Math.max(0, rule.backoff(record.streak));
      record.notBeforeMs = nowMs + delayMs;
      return { type: 'retry', attempt: record.streak, delayMs };
    }
    if (keySpent) {
      const wasOpen = record.breaker.phase === 'open';
      record.breaker = reduceBreaker(record.breaker, { type: 'trip', nowMs, jitter: options.random() }, rule);
      record.isPermanent = kind === 'permanent';
      // A start that was already under way when the key was given up is no second reason to give it up.
      if (options.hasFallback && !record.fallbackFailed && !wasOpen) return { type: 'fallback', causes: record.causes };
    }
    return abandon(slot, record, nowMs);
  }

  function abandon(slot: number, record: KeyRecord, nowMs: number): Verdict {
    const reviveAtMs = record.breaker.phase === 'open' ? record.breaker.untilMs : nowMs + rule.openMs * (1 + options.random() / 2);
    const own = slotOf(slot);
    own.reviveAtMs = reviveAtMs;
    own.budget = freshBudget;
    return { type: 'abandon', causes: record.causes, reviveAtMs };
  }

  return {
    permit,
    started(key, via, nowMs) {
      const record = keyOf(key);
      record.starting += 1;
      if (via === 'probe') record.breaker = reduceBreaker(record.breaker, { type: 'probe', nowMs }, rule);
    },
    ready(key, slot, via) {
      const record = keyOf(key);
      ended(record);
      if (via === 'fallback') return;
      if (record.breaker.phase !== 'closed') clear(record);
      record.isSuspect = false;
      record.hasStarted = true;
      slotOf(slot).reviveAtMs = undefined;
    },
    calledOff(key, via) {
      const record = keyOf(key);
      ended(record);
      if (via === 'probe' && record.breaker.phase === 'half-open') {
        record.breaker = { phase: 'open', untilMs: Number.NEGATIVE_INFINITY, openings: record.breaker.openings };
      }
    },
    failed,
    proven(key, slot) {
      const record = keys.get(key);
      if (record !== undefined && record.breaker.phase === 'closed') clear(record);
      slots.delete(slot);
    },
    reviveAt: (slot) => slots.get(slot)?.reviveAtMs,
    causesOf(key) {
      const record = keys.get(key);
      if (record === undefined) return [];
      return record.causes.length > 0 ? record.causes : record.lastCause;
    },
    breakerOf: (key) => keys.get(key)?.breaker.phase ?? 'closed',
    forget: (key) => void keys.delete(key),
  };
}
