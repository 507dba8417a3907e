/** How waits between failed starts grow. */
export interface BackoffOptions {
  /** Upper bound of the first wait, in milliseconds; doubles with each attempt. @defaultValue 250 */
  readonly baseMs?: number;
  /** Largest upper bound, in milliseconds. @defaultValue 30000 */
  readonly capMs?: number;
  /** A number from 0 to 1, 1 excluded. @defaultValue Math.random */
  readonly random?: () => number;
}

/**
 * Exponential waits with full jitter: attempt 1 waits anything from 0 to `baseMs`, attempt 2 up to twice that, and so on. Full jitter, because equal
 * waits would let all places that failed together fail together again.
 */
export function fullJitterBackoff(options: BackoffOptions = {}): (attempt: number) => number {
  const { baseMs = 250, capMs = 30_000, random = Math.random } = options;
  return (attempt) => random() * Math.min(capMs, baseMs * 2 ** Math.min(Math.max(0, attempt - 1), 30));
}
