/** One failed start, or one death too early to have been of use. */
export interface Failure {
  readonly atMs: number;
  readonly cause: unknown;
}

/** Failures since the last proof of health, oldest first. */
export interface RestartBudget {
  readonly failures: readonly Failure[];
}

export const freshBudget: RestartBudget = Object.freeze({ failures: [] });

/** Adds a failure; those older than the window no longer count. */
export function chargeBudget(budget: RestartBudget, failure: Failure, windowMs: number): RestartBudget {
  return { failures: [...budget.failures.filter(({ atMs }) => failure.atMs - atMs < windowMs), failure] };
}

/** Failures that still count. */
export function failuresWithin(budget: RestartBudget, nowMs: number, windowMs: number): readonly Failure[] {
  return budget.failures.filter(({ atMs }) => nowMs - atMs < windowMs);
}

/** Whether no restart is left: one first start and `limit` restarts have failed within the window. */
export function isExhausted(budget: RestartBudget, nowMs: number, rule: { readonly limit: number; readonly windowMs: number }): boolean {
  return failuresWithin(budget, nowMs, rule.windowMs).length > rule.limit;
}
