import { isBlock, type Message } from '@subwire/core';
import type { TaskEvent, TaskResult, TaskStatus, TaskUsage } from '@subwire/pool';
import { describeCall } from '../tool-lines.ts';

/** A worker and its task. */
export interface LaneView {
  readonly id: string;
  readonly slot: number | undefined;
  readonly pid: number | undefined;
  readonly attempt: number;
  /** Milliseconds on the clock of the events. */
  readonly startedAtMs: number;
  readonly tokens: number | null;
  readonly usd: number | null;
  readonly turns: number;
  /** The last call of a tool, in one line; empty while the model speaks. */
  readonly doing: string;
}

/** A settled task, as much of it as a table shows. */
export interface TaskRow {
  readonly id: string;
  readonly status: TaskStatus;
  readonly attempts: number;
  readonly durationMs: number;
  readonly tokens: number | null;
  readonly usd: number | null;
  /** Why it did not succeed. */
  readonly why: string | undefined;
}

/** What is known of a batch. Its size does not grow with the number of tasks. */
export interface BatchView {
  readonly startedAtMs: number;
  /** How many tasks there are; undefined until the last one was read. */
  readonly total: number | undefined;
  readonly settled: number;
  /** Those of them that an earlier run had done. */
  readonly recovered: number;
  readonly counts: Readonly<Record<TaskStatus, number>>;
  readonly retried: number;
  /** What this run has spent; null while nobody has said. */
  readonly usd: number | null;
  readonly tokens: number | null;
  /** By number of the lane. */
  readonly lanes: ReadonlyMap<number, LaneView>;
  /** The first settled tasks. */
  readonly rows: readonly TaskRow[];
  /** The first that did not succeed. */
  readonly troubles: readonly TaskRow[];
}

/** Rows that are kept of each kind. */
export const maxRows = 20;

const widestCall = 200;

export function emptyBatchView(total: number | undefined, startedAtMs: number): BatchView {
  return {
    startedAtMs,
    total,
    settled: 0,
    recovered: 0,
    counts: { done: 0, failed: 0, unknown: 0, quarantined: 0, skipped: 0, cancelled: 0 },
    retried: 0,
    usd: null,
    tokens: null,
    lanes: new Map(),
    rows: [],
    troubles: [],
  };
}

function plus(one: number | null, other: number | null | undefined): number | null {
  return other === null || other === undefined ? one : (one ?? 0) + other;
}

function doingOf(message: Message, before: string): string {
  if (message.type !== 'assistant') return message.type === 'result' ? '' : before;
  const call = message.message.content.findLast((block) => isBlock(block, 'tool_use'));
  return call === undefined ? '' : describeCall(call.name, call.input, widestCall);
}

function withLane(view: BatchView, lane: number, change: LaneView | undefined): BatchView {
  const lanes = new Map(view.lanes);
  if (change === undefined) lanes.delete(lane);
  else lanes.set(lane, change);
  return { ...view, lanes };
}

function withUsage(lane: LaneView, usage: TaskUsage | undefined): LaneView {
  return usage === undefined ? lane : { ...lane, tokens: usage.tokens, usd: usage.usd, turns: usage.turns };
}

function rowOf({ id, status, attempts, durationMs, usage, error }: TaskResult): TaskRow {
  const why = error === undefined ? undefined : `${error.message} [${error.code}]`;
  return { id, status, attempts, durationMs, tokens: usage?.tokens ?? null, usd: usage?.usd ?? null, why };
}

function settle(view: BatchView, result: TaskResult): BatchView {
  const row = rowOf(result);
  const recovered = result.recovered === true;
  return {
    ...view,
    settled: view.settled + 1,
    recovered: view.recovered + (recovered ? 1 : 0),
    counts: { ...view.counts, [row.status]: view.counts[row.status] + 1 },
    // What an earlier run has paid for is no cost of this one.
    usd: recovered ? view.usd : plus(view.usd, row.usd),
    tokens: recovered ? view.tokens : plus(view.tokens, row.tokens),
    rows: view.rows.length < maxRows ? [...view.rows, row] : view.rows,
    troubles: row.status === 'done' || view.troubles.length >= maxRows ? view.troubles : [...view.troubles, row],
  };
}

/** The batch after one more event. */
export function reduceBatch(view: BatchView, event: TaskEvent, nowMs: number): BatchView {
  const { id, lane = -1 } = event;
  const mine = view.lanes.get(lane);
  const freed = mine?.id === id ? withLane(view, lane, undefined) : view;
  switch (event.type) {
    case 'task-started': {
      const { slot, pid, attempt = 1 } = event;
      return withLane(view, lane, { id, slot, pid, attempt, startedAtMs: nowMs, tokens: null, usd: null, turns: 0, doing: '' });
    }
    case 'task-message': {
      if (mine?.id !== id || event.message === undefined) return view;
      return withLane(view, lane, withUsage({ ...mine, doing: doingOf(event.message, mine.doing) }, event.usage));
    }
    case 'task-retried':
      return { ...freed, retried: freed.retried + 1 };
    case 'task-settled':
      return event.result === undefined ? freed : settle(freed, event.result);
    default:
      return view;
  }
}

/** What the batch has cost so far, tasks at work included. */
export function spentUsd({ usd, lanes }: BatchView): number | null {
  return [...lanes.values()].reduce<number | null>((sum, lane) => plus(sum, lane.usd), usd);
}

/** Tasks that ended without success. */
export function failures({ counts }: BatchView): number {
  return counts.failed + counts.unknown + counts.quarantined + counts.skipped;
}

/** Milliseconds until the last task is done, if the rest goes as the tasks before; undefined while nobody can say. */
export function remainingMs({ total, settled, recovered, startedAtMs }: BatchView, nowMs: number): number | undefined {
  const done = settled - recovered;
  if (total === undefined || done === 0 || total <= settled) return undefined;
  return ((nowMs - startedAtMs) / done) * (total - settled);
}
