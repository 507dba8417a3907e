import type { CallOptions, CloseReceipt } from '@subwire/core';
import type { Observable, ObservableInput } from 'rxjs';
import type { Budget, Ledger } from '../policy/budget.ts';
import type { PoolOptions } from '../policy/options.ts';
import type { SlotPhase } from '../slot/slot-state.ts';
import type { PoolEvent } from './events.ts';
import type { Quantiles } from './histogram.ts';

/** What a call may ask for. */
export interface AcquireOptions extends CallOptions {
  /** How long to wait, in milliseconds. @defaultValue `acquireTimeoutMs` of the pool */
  readonly timeoutMs?: number;
  /** Workers are given only to calls with the key that they were made for. @defaultValue `key` of the pool */
  readonly key?: string;
  /** 0 is served first, 9 last; ten seconds of waiting make up for one step. @defaultValue 5 */
  readonly priority?: number;
  /** Whose call it is: tenants that wait get their share each, however many calls one of them makes. @defaultValue '' */
  readonly tenant?: string;
  /** Asks for the worker that served the tenant's last lease of this name, as it was left. @defaultValue none */
  readonly sticky?: string;
  /** What this lease may spend. @defaultValue unlimited */
  readonly budget?: Budget;
}

/** The right to one worker. Only who holds it can end it. */
export interface Lease<W> extends AsyncDisposable {
  readonly worker: W;
  /** The worker's place in the pool, from 0. */
  readonly slot: number;
  readonly key: string;
  /** Rises with each lease of the pool. */
  readonly id: number;
  /** How long the call waited, in milliseconds. */
  readonly waitedMs: number;
  /** What the lease has spent so far. */
  readonly spent: Ledger;
  /** Fires when the worker is gone before the lease was ended: it died, passed a limit, or the pool closed. The reason says which. */
  readonly signal: AbortSignal;
  /** Gives the worker back. Resolves when it is idle again, or gone. A second call, or one after a loss, does nothing. */
  release(): Promise<void>;
  /** Ends the worker, for one that cannot be trusted any more. Resolves when it is gone. A second call does nothing. */
  discard(cause?: unknown): Promise<void>;
}

/** Counts of the moment, and over the life of the pool. */
export interface PoolStats {
  /** Most workers at once. */
  readonly size: number;
  /** Warm and free, those under a check included. */
  readonly idle: number;
  readonly leased: number;
  readonly starting: number;
  /** Being reset after a lease. */
  readonly returning: number;
  /** On their way out. */
  readonly retiring: number;
  /** Places that were given up after too many failed starts. */
  readonly abandoned: number;
  /** Calls that wait. */
  readonly waiting: number;
  /** Workers that became warm. */
  readonly created: number;
  /** Workers that took the place of an earlier one. */
  readonly replaced: number;
  /** How long calls waited for their lease, in milliseconds. */
  readonly acquireMs: Quantiles;
}

/** One place of the pool, for people and programs that look in. */
export interface SlotSnapshot {
  readonly slot: number;
  readonly phase: SlotPhase;
  readonly key: string;
  readonly pid?: number | undefined;
  readonly uses: number;
  /** Milliseconds since the worker became warm; undefined without one. */
  readonly ageMs?: number | undefined;
  readonly residentBytes?: number | undefined;
  /** What keeps the worker's process tree together, such as `cgroup` or `plain`. */
  readonly containment?: string | undefined;
  /** How long the phases of the worker took, in milliseconds, by name; of those that come again, the last. */
  readonly phases?: Readonly<Record<string, number>> | undefined;
  readonly sticky?: string | undefined;
  /** Turns that the worker has answered, where the factory counts them. */
  readonly turns?: number | undefined;
  /** What the worker has cost so far, in US dollars, where the factory knows. */
  readonly costUsd?: number | undefined;
}

/** The whole pool as plain JSON. */
export interface PoolSnapshot {
  readonly phase: PoolPhase;
  readonly isPaused: boolean;
  readonly stats: PoolStats;
  readonly slots: readonly SlotSnapshot[];
  /** Counters by name. */
  readonly counters: Readonly<Record<string, number>>;
  /** Durations in milliseconds, by name. */
  readonly histograms: Readonly<Record<string, Quantiles>>;
  /** Phases of workers in milliseconds, by the name that their factory gives them; of sessions `spawn`, `handshake`, `mcpReady` and `firstToken`. */
  readonly phases: Readonly<Record<string, Quantiles>>;
  /** Calls that wait, and the state of the breaker, by key. */
  readonly keys: readonly { readonly key: string; readonly waiting: number; readonly live: number; readonly breaker: string }[];
}

/** The life of a pool. */
export type PoolPhase = 'open' | 'draining' | 'closed';

/** What closing a pool really did. */
export interface PoolReceipt {
  /** One per worker that was ended since the pool began to drain or close, where its end gave one. */
  readonly receipts: readonly CloseReceipt[];
  /** Calls that were waiting and were rejected with `POOL_CLOSED`. */
  readonly rejectedWaiters: number;
}

/** Options that can be changed while the pool works. */
export type ReloadOptions = Pick<PoolOptions, 'key'>;

/** Warm workers, supervised, one lease each at a time. */
export interface Pool<W, O extends AcquireOptions = AcquireOptions> extends AsyncDisposable {
  readonly stats: PoolStats;
  /** The current counts, then each change. Completes when the pool has closed; never errors. */
  readonly stats$: Observable<PoolStats>;
  /** What happens, numbered. Hot. Completes when the pool has closed; never errors. */
  readonly events$: Observable<PoolEvent>;
  /** Everything about the pool at this moment, as JSON. */
  snapshot(): PoolSnapshot;
  /**
   * Starts as many workers as are to be kept warm. Resolves when they are.
   * @throws PoolError `WARMUP_FAILED` with all causes when none could be started, `POOL_CLOSED`
   */
  warm(): Promise<void>;
  /**
   * Waits for a worker. Calls are served in order of tenant share, priority and arrival.
   * @throws PoolError `ACQUIRE_TIMEOUT`, `QUEUE_FULL`, `WARMUP_FAILED` (a permanent cause), `RESTARTS_EXHAUSTED`, `POOL_CLOSED`; ConfigError
   * `INVALID_OPTION`; LimitError `BUDGET_EXCEEDED`; the signal's reason
   */
  acquire(options?: O): Promise<Lease<W>>;
  /**
   * Works with a worker: acquires on subscribe, gives it back on completion, and ends it on an error or on unsubscribe, for a worker in mid-work
   * cannot be trusted. Cold.
   */
  use<R>(work: (worker: W, lease: Lease<W>) => ObservableInput<R>, options?: O): Observable<R>;
  /** Changes `size`. Resolves when no idle worker is over it; leased ones stay until they are returned. */
  resize(size: number): Promise<void>;
  /** Hands nothing out until `resume`; calls wait. */
  pause(): void;
  resume(): void;
  /** Replaces every worker: idle ones at once, leased ones after their lease. Nothing older is handed out after this call. */
  reload(options?: ReloadOptions): void;
  /** No new leases; calls that wait are rejected with `POOL_CLOSED`. Resolves when the last lease is back and every worker is gone. */
  drain(): Promise<void>;
  /** Ends everything: leases that are not returned within `graceMs` (2000) are taken back. Idempotent, bounded. */
  close(options?: { readonly graceMs?: number }): Promise<PoolReceipt>;
}
