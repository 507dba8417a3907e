/** The times in which the host stood still: stopped, asleep, or far too busy. Nobody was idle for that time, held a lease for it, or could have answered. */
export interface Standstills {
  /** To be called regularly, from now on. Returns how much too late the call came, in milliseconds, or undefined if it came in time. */
  notice(nowMs: number): number | undefined;
  /** How long the host has stood still since a moment, in milliseconds. */
  since(sinceMs: number): number;
}

// Later than this by so much means that the host stood still, not that every worker has grown old.
const toleranceMs = 1_000;
const maxRemembered = 50;

/** `periodMs` is how often `notice` is called. */
export function createStandstills(periodMs: number): Standstills {
  const known: { readonly atMs: number; readonly lengthMs: number }[] = [];
  let lastMs = Number.POSITIVE_INFINITY;
  return {
    notice(nowMs) {
      const lengthMs = nowMs - lastMs - periodMs;
      lastMs = nowMs;
      if (lengthMs <= toleranceMs) return undefined;
      known.push({ atMs: nowMs, lengthMs });
      if (known.length > maxRemembered) known.shift();
      return lengthMs;
    },
    since: (sinceMs) => known.reduce((sum, { atMs, lengthMs }) => (atMs >= sinceMs ? sum + lengthMs : sum), 0),
  };
}
