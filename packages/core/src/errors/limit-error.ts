import { SubwireError, type SubwireErrorOptions } from './subwire-error.ts';

/** Fields of {@link LimitError} besides those of every error. */
export interface LimitErrorFields {
  /** The limit: bytes, percent, milliseconds, or the unit of the budget. */
  readonly limit: number;
  /** The last samples before the end, oldest first. */
  readonly samples?: readonly unknown[] | undefined;
  /** Which clock ran out, such as `init` or `total`. */
  readonly clock?: string | undefined;
  /** What was produced before the limit was reached. */
  readonly partial?: unknown;
}

/** A limit that the caller set was reached. */
export class LimitError extends SubwireError {
  declare readonly code: 'MEMORY_LIMIT' | 'CPU_LIMIT' | 'TIME_LIMIT' | 'BUDGET_EXCEEDED';
  declare readonly limit: number;
  declare readonly samples: readonly unknown[] | undefined;
  declare readonly clock: string | undefined;
  declare readonly partial: unknown;

  constructor(options: SubwireErrorOptions<'MEMORY_LIMIT' | 'CPU_LIMIT' | 'TIME_LIMIT' | 'BUDGET_EXCEEDED'> & LimitErrorFields) {
    super(options);
    this.limit = options.limit;
    this.samples = options.samples;
    this.clock = options.clock;
    this.partial = options.partial;
  }
}
