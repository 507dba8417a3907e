/** Where the pool takes its time from. Must be monotonic: a wall clock that is set back would make every deadline late. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  nowMs(): number;
  /**
   * Runs once after the delay, in milliseconds. Returns what cancels it. A timer in the background does not keep the host alive: housekeeping alone
   * is no reason to stay, a caller that waits is.
   */
  setTimer(delayMs: number, run: () => void, options?: { readonly background?: boolean }): () => void;
}

// Node turns longer delays into 1 ms, which would make a far deadline fire at once.
const longestDelayMs = 2 ** 31 - 1;

/** The host's monotonic clock. */
export const monotonicClock: Clock = Object.freeze({
  nowMs: () => performance.now(),
  setTimer(delayMs: number, run: () => void, options?: { readonly background?: boolean }) {
    const timer = setTimeout(run, Math.min(Math.max(0, delayMs), longestDelayMs));
    if (options?.background === true) timer.unref();
    return () => clearTimeout(timer);
  },
});
