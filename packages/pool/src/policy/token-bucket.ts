/** How many leases a tenant may take in a second, and how many at once after a pause. */
export interface RateRule {
  readonly leasesPerSecond: number;
  readonly burst: number;
}

/** Leave to take leases, saved up. */
export interface TokenBucket {
  readonly tokens: number;
  /** When `tokens` was right, in milliseconds. */
  readonly atMs: number;
}

// Times are sums of fractions: a token that is there but for a rounding error is there.
const slack = 1e-9;

/** What is in the bucket now: it fills with time, up to the burst. */
export function refillBucket({ tokens, atMs }: TokenBucket, { leasesPerSecond, burst }: RateRule, nowMs: number): TokenBucket {
  return { tokens: Math.min(burst, tokens + (Math.max(0, nowMs - atMs) * leasesPerSecond) / 1_000), atMs: nowMs };
}

/** How long until a whole token is there, in milliseconds; 0 for now. */
export function waitForToken({ tokens }: TokenBucket, { leasesPerSecond }: RateRule): number {
  return tokens >= 1 - slack ? 0 : ((1 - tokens) * 1_000) / leasesPerSecond;
}
