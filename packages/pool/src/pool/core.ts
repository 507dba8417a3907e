import type { CloseReceipt } from '@subwire/core';
import type { Budget, Ledger } from '../policy/budget.ts';
import type { Clock } from '../policy/clock.ts';
import type { ResolvedPoolOptions } from '../policy/options.ts';
import type { RetireRule } from '../policy/retire.ts';
import type { WorkerFactory } from '../policy/worker-factory.ts';
import type { Waiter, WaitQueue } from '../queue/wait-queue.ts';
import type { VacantPhase } from '../slot/slot-state.ts';
import type { Slot } from '../slot/types.ts';
import type { StartVia, Supervisor } from '../supervisor/supervise.ts';
import type { EventSink } from './events.ts';
import type { Metrics } from './metrics.ts';
import type { Standstills } from './standstills.ts';
import type { TenantRates } from './tenant-rates.ts';
import type { Lease, PoolPhase } from './types.ts';

/** One call of `acquire` that waits. */
export interface PendingCall<W> extends Waiter {
  /** The lane of the queue: the key of the worker, or one place that is kept for a conversation. */
  key: string;
  readonly workerKey: string;
  readonly sticky: string | undefined;
  readonly budget: Budget | undefined;
  /** Where `acquire` was called, for the report of a leak. */
  readonly trace: { readonly stack?: string };
  isSettled: boolean;
  resolve(lease: Lease<W>): void;
  reject(cause: unknown): void;
}

/** What the pool keeps of one lease. It may hold the lease itself only for a moment, or a dropped one could never be noticed. */
export interface LeaseRecord {
  readonly id: number;
  readonly tenant: string;
  readonly budget: Budget | undefined;
  readonly leasedAtMs: number;
  readonly trace: { readonly stack?: string };
  /** Made when somebody asks for the lease's signal; most never do. */
  taken: AbortController | undefined;
  /** Why the worker was taken away. */
  lostTo: { readonly cause: unknown } | undefined;
  readonly sticky: string | undefined;
  spent: Ledger;
  isReported: boolean;
  /** Says whether the lease was dropped: weak from the first look on. */
  lease: object | undefined;
  /** Set once the lease has ended; resolves when the place is free for another. */
  ending: Promise<void> | undefined;
}

/** One place of the pool, and what the pool knows of it besides the slot's own state. */
export interface Place<W> {
  readonly slot: Slot<W>;
  /** 0 to 1, drawn with each start: spreads ages and heartbeats of workers that were born together. */
  jitter: number;
  via: StartVia;
  startedAtMs: number;
  /** The call for which the worker is being checked. */
  waiter: PendingCall<W> | undefined;
  lease: LeaseRecord | undefined;
  /** Whether the governor's leave is held for this worker. */
  hasLeave: boolean;
  residentBytes: number | undefined;
  /** How long the phases of the worker took, in milliseconds. */
  phases: Readonly<Record<string, number>>;
  /** The name of the conversation that the worker is kept for. */
  sticky: string | undefined;
  /** Whom the worker serves or has served; undefined before its first lease. */
  tenant: string | undefined;
  /** What the place is to be once the worker that is on its way out has gone. */
  next: VacantPhase;
  /** Whether the worker has been proven healthy. */
  isProven: boolean;
}

/** What is known of a worker that nobody has used. */
export const unusedPlace = Object.freeze({
  residentBytes: undefined,
  phases: {},
  sticky: undefined,
  tenant: undefined,
  next: 'empty',
  isProven: false,
} satisfies Partial<Place<unknown>>);

/** What all parts of one pool share. */
export interface PoolCore<W> {
  readonly factory: WorkerFactory<W>;
  readonly options: ResolvedPoolOptions;
  /** When a worker that works is replaced. */
  readonly rule: RetireRule;
  readonly clock: Clock;
  /** The places within `size`, and those over it that still hold a worker. */
  readonly places: Place<W>[];
  readonly queue: WaitQueue<PendingCall<W>>;
  readonly supervisor: Supervisor;
  readonly metrics: Metrics;
  readonly sink: EventSink;
  readonly receipts: CloseReceipt[];
  /** Leases at the moment, by tenant. */
  readonly leasedBy: Map<string, number>;
  readonly rates: TenantRates;
  size: number;
  /** The key that is kept warm. */
  key: string;
  phase: PoolPhase;
  isPaused: boolean;
  /** Whether anybody has asked for a worker yet: a pool that was only made starts nothing. */
  isStarted: boolean;
  /** Average length of a lease, in milliseconds, recent ones weighing most. */
  averageLeaseMs: number | undefined;
  readonly standstills: Standstills;
  /** Does whatever can be done now. Safe to call from anywhere, any number of times. */
  pump(): void;
  /** Makes sure that `pump` runs at this moment. */
  wakeAt(atMs: number): void;
}

/** Workers that are kept warm besides leased ones. */
export function minIdleOf<W>({ options, size }: PoolCore<W>): number {
  return options.minIdle === options.size ? size : Math.min(options.minIdle, size);
}

/** Whether a place is over the size and goes when its worker has gone. */
export function isSurplus<W>(core: PoolCore<W>, place: Place<W>): boolean {
  return core.places.indexOf(place) >= core.size;
}

/** Warm workers of a key that can serve, or serve, a lease. */
export function liveOf<W>({ places }: PoolCore<W>, key: string): number {
  let live = 0;
  for (const { slot } of places) {
    const { phase, key: own } = slot.state;
    if (own === key && (phase === 'idle' || phase === 'checking' || phase === 'leased' || phase === 'returning')) live += 1;
  }
  return live;
}

/** Gives the governor's leave back, if the place holds one. */
export function returnLeave<W>(core: PoolCore<W>, place: Place<W>): void {
  if (!place.hasLeave) return;
  place.hasLeave = false;
  core.options.governor?.release(place.slot.state.key);
}

/** A conversation of a tenant, over workers of a key. */
export interface Conversation {
  readonly key: string;
  readonly tenant: string;
  readonly sticky: string;
}

/** The conversation that a place is kept for, or that the worker is in at the moment. */
export function conversationOf<W>({ slot, tenant, sticky, lease }: Place<W>): Conversation | undefined {
  const name = sticky ?? lease?.sticky;
  return name === undefined || tenant === undefined ? undefined : { key: slot.state.key, tenant, sticky: name };
}

/** The lane in which a call waits: the one place that is kept for its conversation, while there is one, else any worker of the key. */
export function laneOf<W>({ places }: PoolCore<W>, key: string, tenant: string, sticky: string | undefined): string {
  if (sticky === undefined) return key;
  const lane = stickyLane({ key, tenant, sticky });
  const isKept = places.some((place) => {
    const conversation = conversationOf(place);
    return conversation !== undefined && place.slot.state.doomed === undefined && stickyLane(conversation) === lane;
  });
  return isKept ? lane : key;
}

/** No key of a caller's can be taken for the lane of a conversation: NUL does not occur in keys that are hashes or names. */
export function stickyLane({ key, tenant, sticky }: Conversation): string {
  return `${key}\u0000${JSON.stringify([tenant, sticky])}`;
}
