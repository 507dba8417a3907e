import type { Spend } from './worker-factory.ts';

/** What may be spent. Each bound may be reached but not passed. */
export interface Budget {
  /** US dollars. */
  readonly usd?: number;
  readonly tokens?: number;
  readonly toolCalls?: number;
  readonly turns?: number;
  /** Milliseconds of lease. */
  readonly wallMs?: number;
}

/** What has been spent. */
export interface Ledger {
  readonly usd: number;
  readonly tokens: number;
  readonly toolCalls: number;
  readonly turns: number;
  readonly wallMs: number;
}

export const emptyLedger: Ledger = Object.freeze({ usd: 0, tokens: 0, toolCalls: 0, turns: 0, wallMs: 0 });

/** A bound that was passed. */
export interface Breach {
  readonly budget: keyof Budget;
  readonly limit: number;
  readonly spent: number;
}

const fields = ['usd', 'tokens', 'toolCalls', 'turns', 'wallMs'] as const;

/** The ledger after a further spend. What is unknown adds nothing here; it is the caller's to report. */
export function addSpend(ledger: Ledger, spend: Spend & { readonly wallMs?: number | undefined }): Ledger {
  return {
    usd: ledger.usd + (spend.usd ?? 0),
    tokens: ledger.tokens + (spend.tokens ?? 0),
    toolCalls: ledger.toolCalls + (spend.toolCalls ?? 0),
    turns: ledger.turns + (spend.turns ?? 0),
    wallMs: ledger.wallMs + (spend.wallMs ?? 0),
  };
}

/** The first bound that the ledger has passed, or undefined. A millionth of slack keeps sums of cents exact. */
export function findBreach(ledger: Ledger, budget: Budget | undefined): Breach | undefined {
  if (budget === undefined) return undefined;
  for (const field of fields) {
    const limit = budget[field];
    if (limit !== undefined && ledger[field] > limit * (1 + 1e-9) + 1e-9) return { budget: field, limit, spent: ledger[field] };
  }
  return undefined;
}
