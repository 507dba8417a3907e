/** Every default of the pool, in one place. */
export const defaults = Object.freeze({
  size: 4,
  maxStarting: 2,
  key: 'default',
  acquireTimeoutMs: 30_000,
  startTimeoutMs: 10_000,
  validateTimeoutMs: 2_000,
  resetTimeoutMs: 2_000,
  destroyTimeoutMs: 20_000,
  closeTimeoutMs: 2_500,
  heartbeatMs: 30_000,
  trustMs: 0,
  maxWaiters: 1_000,
  ageingMs: 10_000,
  maxUses: Number.POSITIVE_INFINITY,
  maxAgeMs: 30 * 60_000,
  maxIdleMs: 5 * 60_000,
  stickyMs: 60_000,
  maxRecycling: 1,
  restart: Object.freeze({ limit: 3, windowMs: 60_000, healthyAfterMs: 30_000, minUptimeMs: 1_000, openMs: 15_000, maxOpenMs: 300_000 }),
  recycle: Object.freeze({ turns: Number.POSITIVE_INFINITY, contextPercent: Number.POSITIVE_INFINITY, costUsd: Number.POSITIVE_INFINITY }),
  limits: Object.freeze({ residentBytes: Number.POSITIVE_INFINITY, leaseMs: Number.POSITIVE_INFINITY }),
  leakAfterMs: 360_000,
  reclaimLeaked: false,
  maxLoadPerCore: Number.POSITIVE_INFINITY,
  checkInvariants: false,
  /** Of `acquire`: the middle, so that a caller can go both ways. */
  priority: 5,
  /** Of `close`: how long leases may still be returned, in milliseconds. */
  closeGraceMs: 2_000,
  /** How long the end of a worker may take once the pool closes before it is told to hurry, in milliseconds. */
  closeHurryMs: 1_000,
});
