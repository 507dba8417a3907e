import type { PoolSnapshot, PublishedSnapshot, SlotSnapshot } from '@subwire/pool';
import type { TreeMeasure } from '../../io/io.ts';

/** A task at work, as a batch publishes it. */
export interface TopTask {
  readonly id: string;
  readonly slot: number | null;
  readonly attempt: number;
  readonly runningMs: number;
  readonly tokens: number | null;
  readonly usd: number | null;
  readonly turns: number;
  readonly doing: string;
}

/** How far a batch is, as it publishes it. */
export interface TopBatch {
  readonly total: number | null;
  readonly settled: number;
  readonly failed: number;
  readonly retried: number;
  readonly usd: number | null;
  readonly etaMs: number | null;
  readonly tasks: readonly TopTask[];
}

/** One place of a pool with everything that is known of it. */
export interface TopRow {
  readonly slot: number;
  readonly state: string;
  readonly pid: number | null;
  readonly processes: number | null;
  readonly residentBytes: number | null;
  readonly cpuPercent: number | null;
  /** Turns that the agent has answered or is at. */
  readonly turns: number | null;
  readonly usd: number | null;
  readonly tokens: number | null;
  /** The task, and since when it is at work. */
  readonly task: string | null;
  readonly runningMs: number | null;
  readonly doing: string | null;
}

/** One look at a pool. Plain JSON: this is what `--json` prints. */
export interface TopView {
  readonly version: 1;
  readonly pid: number;
  readonly title: string;
  readonly cwd: string;
  readonly uptimeMs: number;
  readonly phase: PoolSnapshot['phase'];
  readonly isPaused: boolean;
  readonly size: number;
  readonly idle: number;
  readonly leased: number;
  readonly starting: number;
  /** Calls that wait for a worker. */
  readonly queue: number;
  /** Workers that took the place of one before. */
  readonly restarts: number;
  readonly usd: number | null;
  readonly residentBytes: number;
  readonly cpuPercent: number;
  /** Of a batch: how far it is. */
  readonly batch: Omit<TopBatch, 'tasks'> | null;
  readonly slots: readonly TopRow[];
}

function batchOf(details: unknown): TopBatch | undefined {
  const { kind } = (details ?? {}) as { readonly kind?: unknown };
  return kind === 'batch' ? (details as TopBatch) : undefined;
}

function rowOf(slot: SlotSnapshot, task: TopTask | undefined, measure: TreeMeasure | undefined): TopRow {
  return {
    slot: slot.slot,
    state: slot.phase,
    pid: slot.pid ?? null,
    processes: measure?.processes ?? null,
    residentBytes: measure?.residentBytes ?? slot.residentBytes ?? null,
    cpuPercent: measure?.cpuPercent ?? null,
    turns: task?.turns ?? slot.turns ?? null,
    usd: task?.usd ?? slot.costUsd ?? null,
    tokens: task?.tokens ?? null,
    task: task?.id ?? null,
    runningMs: task?.runningMs ?? null,
    doing: task?.doing ?? null,
  };
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

/** Puts together what a pool says of itself and what was measured of its processes. */
export function createTopView(seen: PublishedSnapshot, measures: ReadonlyMap<number, TreeMeasure>): TopView {
  const { pool } = seen;
  const batch = batchOf(seen.details);
  const slots = pool.slots.map((slot) =>
    rowOf(
      slot,
      batch?.tasks.find((task) => task.slot === slot.slot),
      slot.pid === undefined ? undefined : measures.get(slot.pid),
    ),
  );
  const costs = slots.map(({ usd }) => usd).filter((usd) => usd !== null);
  const { tasks: _, ...progress } = batch ?? { tasks: [] };
  return {
    version: 1,
    pid: seen.pid,
    title: seen.title,
    cwd: seen.cwd,
    uptimeMs: seen.atMs - seen.startedAtMs,
    phase: pool.phase,
    isPaused: pool.isPaused,
    size: pool.stats.size,
    idle: pool.stats.idle,
    leased: pool.stats.leased,
    starting: pool.stats.starting,
    queue: pool.stats.waiting,
    restarts: pool.stats.replaced,
    usd: batch === undefined ? (costs.length === 0 ? null : sum(costs)) : batch.usd,
    residentBytes: sum(slots.map(({ residentBytes }) => residentBytes)),
    cpuPercent: sum(slots.map(({ cpuPercent }) => cpuPercent)),
    batch: batch === undefined ? null : (progress as Omit<TopBatch, 'tasks'>),
    slots,
  };
}
