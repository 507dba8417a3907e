import type { Clock } from '../policy/clock.ts';
import type { TenantOptions } from '../policy/options.ts';
import { refillBucket, waitForToken, type RateRule, type TokenBucket } from '../policy/token-bucket.ts';

/** How fast each tenant may take leases. Tenants without a rate are never held back. */
export interface TenantRates {
  /** How long until the tenant may take one more, in milliseconds; 0 for now. */
  waitMs(tenant: string): number;
  take(tenant: string): void;
  /** The lease came to nothing. */
  giveBack(tenant: string): void;
}

function ruleOf(options: TenantOptions | undefined): RateRule | undefined {
  const { leasesPerSecond, burst = 1 } = options ?? {};
  return leasesPerSecond === undefined || leasesPerSecond === Number.POSITIVE_INFINITY ? undefined : { leasesPerSecond, burst };
}

export function createTenantRates(tenants: Readonly<Record<string, TenantOptions>>, clock: Clock): TenantRates {
  const rules = new Map(Object.entries(tenants).flatMap(([name, options]) => [[name, ruleOf(options)] as const]));
  const buckets = new Map<string, TokenBucket>();

  function now(tenant: string, rule: RateRule): TokenBucket {
    const nowMs = clock.nowMs();
    return refillBucket(buckets.get(tenant) ?? { tokens: rule.burst, atMs: nowMs }, rule, nowMs);
  }

  function add(tenant: string, count: 1 | -1): void {
    const rule = rules.get(tenant);
    if (rule === undefined) return;
    const bucket = now(tenant, rule);
    buckets.set(tenant, { ...bucket, tokens: bucket.tokens + count });
  }

  return {
    waitMs(tenant) {
      const rule = rules.get(tenant);
      return rule === undefined ? 0 : waitForToken(now(tenant, rule), rule);
    },
    take: (tenant) => add(tenant, -1),
    giveBack: (tenant) => add(tenant, 1),
  };
}
