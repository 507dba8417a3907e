import type { ModelUsage, ResultMessage } from '../wire/messages.ts';

/** Counts of one model. What the CLI did not say is null, never 0. */
export interface UsageCounts {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cacheReadInputTokens: number | null;
  readonly cacheCreationInputTokens: number | null;
  /** In US dollars. */
  readonly costUsd: number | null;
}

/** Counts by model. */
export type UsageByModel = Readonly<Record<string, UsageCounts>>;

/** What one result says, and what it adds. */
export interface TurnUsage {
  /** The prompts that the result answers; empty for a turn that nobody asked for. */
  readonly turnIds: readonly string[];
  readonly sessionId: string;
  /** Counts up when the totals of the CLI begin again, such as after a restart. */
  readonly epoch: number;
  /** As the CLI said it: cumulative over the life of its process. */
  readonly raw: UsageByModel;
  /** What this turn added. The sum over all turns is what was used. */
  readonly delta: UsageByModel;
  /** In US dollars, cumulative over the life of the process. */
  readonly rawCostUsd: number | null;
  /** In US dollars, of this turn. */
  readonly costUsd: number | null;
}

/** The use of a session, turn by turn. */
export interface UsageLedger {
  readonly epoch: number;
  /** Oldest first; the last 1000. */
  readonly turns: readonly TurnUsage[];
  /** The sum of all deltas, by model. */
  readonly models: UsageByModel;
  /** The sum of all turns' costs, in US dollars; null while none is known. */
  readonly costUsd: number | null;
}

/** A ledger without turns. */
export const emptyUsage: UsageLedger = Object.freeze({ epoch: 0, turns: [], models: {}, costUsd: null });

const maxTurns = 1000;
const fields = ['inputTokens', 'outputTokens', 'cacheReadInputTokens', 'cacheCreationInputTokens', 'costUsd'] as const;
const nothing: UsageCounts = Object.freeze({
  inputTokens: null,
  outputTokens: null,
  cacheReadInputTokens: null,
  cacheCreationInputTokens: null,
  costUsd: null,
});

function known(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function countsOf(usage: Partial<ModelUsage>): UsageCounts {
  return {
    inputTokens: known(usage.inputTokens),
    outputTokens: known(usage.outputTokens),
    cacheReadInputTokens: known(usage.cacheReadInputTokens),
    cacheCreationInputTokens: known(usage.cacheCreationInputTokens),
    costUsd: known(usage.costUSD),
  };
}

function combine(a: UsageCounts, b: UsageCounts, of: (a: number | null, b: number | null) => number | null): UsageCounts {
  return Object.fromEntries(fields.map((field) => [field, of(a[field], b[field])])) as unknown as UsageCounts;
}

const minus = (now: number | null, before: number | null): number | null => (now === null ? null : now - (before ?? 0));
const plus = (sum: number | null, more: number | null): number | null => (more === null ? sum : (sum ?? 0) + more);

function hasShrunk(now: number | null, before: number | null): boolean {
  return now !== null && before !== null && now < before;
}

/** Totals only grow within one process; one that has shrunk is the total of another one. */
function beginsAgain(before: TurnUsage, raw: UsageByModel, costUsd: number | null): boolean {
  if (hasShrunk(costUsd, before.rawCostUsd)) return true;
  return Object.entries(raw).some(([model, counts]) =>
    fields.some((field) => hasShrunk(counts[field], before.raw[model]?.[field] ?? null)),
  );
}

function lastKnown(turns: readonly TurnUsage[], epoch: number): TurnUsage | undefined {
  const last = turns.at(-1);
  return last?.epoch === epoch ? last : undefined;
}

/**
 * The ledger with one more result. The CLI reports totals of its process: summed up over turns they would count everything many times over.
 *
 * @param startsAgain whether the result comes from another process than the one before
 */
export function addUsage(ledger: UsageLedger, result: ResultMessage, startsAgain = false): UsageLedger {
  const raw: UsageByModel = Object.fromEntries(Object.entries(result.modelUsage ?? {}).map(([model, usage]) => [model, countsOf(usage)]));
  const rawCostUsd = known(result.total_cost_usd);
  const last = lastKnown(ledger.turns, ledger.epoch);
  const again = last !== undefined && (startsAgain || beginsAgain(last, raw, rawCostUsd));
  const before = again ? undefined : last;
  const delta: UsageByModel = Object.fromEntries(
    Object.entries(raw).map(([model, counts]) => [model, combine(counts, before?.raw[model] ?? nothing, minus)]),
  );
  const turn: TurnUsage = {
    turnIds: result.user_message_uuids ?? [],
    sessionId: result.session_id ?? '',
    epoch: ledger.epoch + (again ? 1 : 0),
    // What one result leaves out is still the last known total.
    raw: { ...before?.raw, ...raw },
    delta,
    rawCostUsd: rawCostUsd ?? before?.rawCostUsd ?? null,
    costUsd: minus(rawCostUsd, before?.rawCostUsd ?? null),
  };
  const models: Record<string, UsageCounts> = { ...ledger.models };
  for (const [model, counts] of Object.entries(delta)) models[model] = combine(models[model] ?? nothing, counts, plus);
  return { epoch: turn.epoch, turns: [...ledger.turns, turn].slice(-maxTurns), models, costUsd: plus(ledger.costUsd, turn.costUsd) };
}
