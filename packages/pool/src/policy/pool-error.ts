import { SubwireError, type SubwireErrorOptions } from '@subwire/core';

/** The codes of a {@link PoolError}. */
export type PoolErrorCode =
  | 'ACQUIRE_TIMEOUT'
  | 'QUEUE_FULL'
  | 'WARMUP_FAILED'
  | 'WORKER_LOST'
  | 'RESTARTS_EXHAUSTED'
  | 'TASK_QUARANTINED'
  | 'POOL_CLOSED'
  | 'JOURNAL_LOCKED'
  | 'JOURNAL_FAILED';

/** Fields of {@link PoolError} besides those of every error. */
export interface PoolErrorFields {
  /** The pool at the moment of the failure: counts, no secrets. */
  readonly stats?: object | undefined;
  /** The place that the worker had in the pool. */
  readonly slot?: number | undefined;
  /** How many starts were made. */
  readonly attempts?: number | undefined;
  /** What each start failed with, oldest first. */
  readonly causes?: readonly unknown[] | undefined;
  /** How long the caller should wait before the next try, in milliseconds; an estimate. */
  readonly retryAfterMs?: number | undefined;
  /** The place that the call had in the queue; 0 is the next to be served. */
  readonly position?: number | undefined;
}

/** The pool could not give a worker, lost the one that it gave, or could not keep the journal of a run. */
export class PoolError extends SubwireError {
  declare readonly code: PoolErrorCode;
  declare readonly stats: object | undefined;
  declare readonly slot: number | undefined;
  declare readonly attempts: number | undefined;
  declare readonly causes: readonly unknown[] | undefined;
  declare readonly retryAfterMs: number | undefined;
  declare readonly position: number | undefined;

  constructor(options: SubwireErrorOptions<PoolErrorCode> & PoolErrorFields) {
    super(options);
    this.stats = options.stats;
    this.slot = options.slot;
    this.attempts = options.attempts;
    this.causes = options.causes;
    this.retryAfterMs = options.retryAfterMs;
    this.position = options.position;
  }
}
