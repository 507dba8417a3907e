import { requireGuardSupport } from './guard-support.ts';
import { identityOf, isAlive, type ProcessIdentity } from './process-state.ts';
import { nowMs, sleep } from './real-time.ts';

/** How long {@link untilGone} waits. */
export interface UntilGoneOptions {
  /**
   * Milliseconds of real time.
   * @defaultValue 2000
   */
  readonly withinMs?: number;
}

/**
 * Resolves to true as soon as a process no longer runs, and to false when the time is over and it still does. The process is the one that has the pid
 * now: a newer one with the same pid does not count. Rejects with `GUARD_UNSUPPORTED` where processes cannot be watched.
 */
export async function untilGone(target: number | ProcessIdentity, options: UntilGoneOptions = {}): Promise<boolean> {
  requireGuardSupport();
  const identity = typeof target === 'number' ? identityOf(target) : target;
  if (identity === undefined) return true;
  const deadline = nowMs() + (options.withinMs ?? 2000);
  while (isAlive(identity)) {
    if (nowMs() >= deadline) return false;
    await sleep(10);
  }
  return true;
}
