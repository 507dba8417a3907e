/** What a worker has been through. */
export interface Wear {
  /** Leases that it has served. */
  readonly uses: number;
  /** Milliseconds since it became warm. */
  readonly ageMs: number;
  /** Milliseconds without a lease. */
  readonly idleMs: number;
  /** Memory of its whole process tree, in bytes, as last sampled. */
  readonly residentBytes?: number | undefined;
  /** Turns that it has answered. */
  readonly turns?: number | undefined;
  /** How full its context is, 0 to 100. */
  readonly contextPercent?: number | undefined;
  /** What it has cost so far, in US dollars. */
  readonly costUsd?: number | undefined;
}

/** When a worker has been through enough. Each is a bound that a worker may reach but not keep. */
export interface RetireRule {
  readonly maxUses: number;
  readonly maxAgeMs: number;
  readonly maxIdleMs: number;
  readonly residentBytes: number;
  readonly turns: number;
  readonly contextPercent: number;
  readonly costUsd: number;
}

/** Why a worker is replaced although it works. */
export type RetireReason = 'uses' | 'age' | 'idle' | 'memory' | 'turns' | 'context' | 'cost';

/**
 * The first reason to replace a worker, or undefined. `jitter` (0 to 1, fixed per worker) takes up to 2.5 % off the age, so that workers which were
 * born together do not all go at once. Idleness counts only where `spare` says that nobody would miss the worker.
 */
export function reasonToRetire(
  wear: Wear,
  rule: RetireRule,
  context: { readonly jitter: number; readonly spare: boolean },
): RetireReason | undefined {
  if (wear.uses >= rule.maxUses) return 'uses';
  if (wear.ageMs >= rule.maxAgeMs * (1 - 0.025 * context.jitter)) return 'age';
  if ((wear.residentBytes ?? 0) > rule.residentBytes) return 'memory';
  if ((wear.turns ?? 0) >= rule.turns) return 'turns';
  if ((wear.contextPercent ?? 0) >= rule.contextPercent) return 'context';
  if ((wear.costUsd ?? 0) >= rule.costUsd) return 'cost';
  if (context.spare && wear.idleMs >= rule.maxIdleMs) return 'idle';
  return undefined;
}
