import type { PoolCore } from './core.ts';

/** Who has to wait although a worker is there, or a place for one: keys whose credential is held up, and the host itself. */
export interface Throttles {
  /** Whether somebody has to wait for the time being. After that it may be tried again. */
  has(who: string): boolean;
  /** Notes that somebody has to wait, and tells so once until the end; looks again after the delay, in milliseconds. */
  begin(who: string, cause: unknown, delayMs: number | undefined): void;
  end(who: string): void;
}

// Where nobody knows for how long: until another lease ends, which is told, or for this long.
const unknownDelayMs = 1_000;
// Forgotten then, they are told of once more: nothing else depends on it.
const maxKept = 1_000;

export function createThrottles<W>({ clock, metrics, sink, wakeAt }: PoolCore<W>): Throttles {
  const untilMs = new Map<string, number>();
  return {
    has: (who) => (untilMs.get(who) ?? Number.NEGATIVE_INFINITY) > clock.nowMs(),
    begin(who, cause, delayMs) {
      const nowMs = clock.nowMs();
      if (delayMs !== undefined) wakeAt(nowMs + delayMs);
      const isKnown = untilMs.has(who);
      if (!isKnown && untilMs.size >= maxKept) untilMs.clear();
      untilMs.set(who, nowMs + (delayMs ?? unknownDelayMs));
      if (isKnown) return;
      metrics.count('throttles');
      sink.emit({ type: 'pool-throttled', cause, delayMs });
    },
    end: (who) => void untilMs.delete(who),
  };
}
