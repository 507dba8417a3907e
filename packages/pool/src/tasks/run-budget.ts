import { LimitError } from '@subwire/core';
import { addSpend, emptyLedger, findBreach, type Budget, type Ledger } from '../policy/budget.ts';
import type { Spend } from '../policy/worker-factory.ts';

/** Adds up what is spent and says when it is too much. */
export interface BudgetWatch {
  readonly ledger: Ledger;
  /** Returns the error of the first bound that is passed. */
  spend(spend: Spend & { readonly wallMs?: number }): LimitError | undefined;
}

/** Watches a budget; `whose` is put into the error's sentence. */
export function watchBudget(budget: Budget | undefined, whose: string): BudgetWatch {
  let ledger = emptyLedger;
  return {
    get ledger() {
      return ledger;
    },
    spend(spend) {
      ledger = addSpend(ledger, spend);
      const breach = findBreach(ledger, budget);
      if (breach === undefined) return undefined;
      const { budget: bound, limit, spent } = breach;
      const message = `The ${bound} budget of ${whose}, ${limit}, is used up (${Number(spent.toFixed(6))}): its work was stopped. Raise the budget, or ask for less.`;
      return new LimitError({ code: 'BUDGET_EXCEEDED', limit, clock: bound, message });
    },
  };
}

const longestDelayMs = 2 ** 31 - 1;

/** Tells when a budget of time is used up, in milliseconds from now. Returns what ends this. */
export function watchWall(wallMs: number | undefined, watch: BudgetWatch, onExhausted: (error: LimitError) => void): () => void {
  if (wallMs === undefined) return () => {};
  const startedAtMs = performance.now();
  const onTimer = (): void => {
    // A budget may be reached, but not passed.
    const exhausted = watch.spend({ wallMs: Math.max(performance.now() - startedAtMs, wallMs) + 1 });
    if (exhausted !== undefined) onExhausted(exhausted);
  };
  const timer = setTimeout(onTimer, Math.min(wallMs, longestDelayMs));
  return () => clearTimeout(timer);
}
