import type { Clock } from '../policy/clock.ts';

/** How a bounded wait ended. */
export type Outcome<T> =
  { readonly type: 'value'; readonly value: T } | { readonly type: 'error'; readonly cause: unknown } | { readonly type: 'late' };

// A timer that fires this much after its time means that the host stood still: the answer may be waiting to be read.
const oversleptMs = 1_000;

/**
 * Waits for a promise, but not for ever. Never rejects; what comes after the deadline is dropped without becoming an unhandled rejection. A host that
 * was suspended meanwhile gets the time once more, or it would condemn every worker that was being checked when it fell asleep.
 */
export function withDeadline<T>(promise: Promise<T>, timeoutMs: number, clock: Clock): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    let cancel = (): void => {};
    const arm = (mayRepeat: boolean): void => {
      if (timeoutMs === Number.POSITIVE_INFINITY) return;
      const dueMs = clock.nowMs() + timeoutMs;
      cancel = clock.setTimer(timeoutMs, () => {
        if (mayRepeat && clock.nowMs() - dueMs > oversleptMs) arm(false);
        else resolve({ type: 'late' });
      });
    };
    arm(true);
    promise.then(
      (value) => {
        cancel();
        resolve({ type: 'value', value });
      },
      (cause: unknown) => {
        cancel();
        resolve({ type: 'error', cause });
      },
    );
  });
}
