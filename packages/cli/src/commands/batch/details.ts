import { type BatchView, failures, remainingMs, spentUsd } from '../../render/batch/batch-view.ts';

/** A task at work, for whoever looks in. */
export interface PublishedTask {
  readonly lane: number;
  readonly id: string;
  readonly slot: number | null;
  readonly pid: number | null;
  readonly attempt: number;
  readonly runningMs: number;
  readonly tokens: number | null;
  readonly usd: number | null;
  readonly turns: number;
  readonly doing: string;
}

/** What a batch tells those who look in, besides what its pool tells. */
export interface BatchDetails {
  readonly kind: 'batch';
  readonly total: number | null;
  readonly settled: number;
  readonly done: number;
  readonly failed: number;
  readonly retried: number;
  readonly usd: number | null;
  readonly etaMs: number | null;
  readonly tasks: readonly PublishedTask[];
}

/** Numbers and names only: what tasks say, and what agents answer, stays with the batch. */
export function batchDetails(view: BatchView, nowMs: number): BatchDetails {
  return {
    kind: 'batch',
    total: view.total ?? null,
    settled: view.settled,
    done: view.counts.done,
    failed: failures(view),
    retried: view.retried,
    usd: spentUsd(view),
    etaMs: remainingMs(view, nowMs) ?? null,
    tasks: [...view.lanes].map(([lane, { id, slot, pid, attempt, startedAtMs, tokens, usd, turns, doing }]) => ({
      lane,
      id,
      slot: slot ?? null,
      pid: pid ?? null,
      attempt,
      runningMs: nowMs - startedAtMs,
      tokens,
      usd,
      turns,
      doing,
    })),
  };
}
