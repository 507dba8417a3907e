import type { Clock } from '../../src/policy/clock.ts';

/** Time that stands still until it is told to go on. Promises settle between two timers, as they would in reality. */
export interface VirtualClock extends Clock {
  advance(ms: number): Promise<void>;
  /** As if the host had been suspended: time is later, and nothing has run. */
  jump(ms: number): void;
  readonly pending: number;
}

export async function settle(rounds = 100): Promise<void> {
  for (let round = 0; round < rounds; round += 1) await Promise.resolve();
}

export function virtualClock(): VirtualClock {
  const timers = new Map<number, { readonly atMs: number; readonly run: () => void }>();
  let nowMs = 0;
  let nextId = 1;
  return {
    nowMs: () => nowMs,
    setTimer(delayMs, run) {
      const id = nextId;
      nextId += 1;
      timers.set(id, { atMs: nowMs + Math.max(0, delayMs), run });
      return () => void timers.delete(id);
    },
    get pending() {
      return timers.size;
    },
    jump(ms) {
      nowMs += ms;
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settle();
      for (;;) {
        let next: { readonly id: number; readonly atMs: number; readonly run: () => void } | undefined;
        for (const [id, timer] of timers)
          if (timer.atMs <= untilMs && (next === undefined || timer.atMs < next.atMs)) next = { id, ...timer };
        if (next === undefined) break;
        timers.delete(next.id);
        nowMs = Math.max(nowMs, next.atMs);
        next.run();
        await settle();
      }
      nowMs = untilMs;
      await settle();
    },
  };
}
