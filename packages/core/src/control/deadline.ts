/** A longer delay makes a timer of Node fire at once. */
export const longestTimerMs = 2_147_483_647;

/** Calls back after a time; no limit, or one that no timer can hold, never does. Returns how to call it off. */
export function startDeadline(timeoutMs: number, onTimeout: () => void): () => void {
  if (timeoutMs > longestTimerMs) return () => undefined;
  const timer = setTimeout(onTimeout, timeoutMs);
  return () => clearTimeout(timer);
}

/** Whether a number can be a deadline: milliseconds, 0 or more. */
export function isDeadline(timeoutMs: unknown): timeoutMs is number {
  return typeof timeoutMs === 'number' && timeoutMs >= 0;
}
