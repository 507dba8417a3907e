import type { Pool } from '@subwire/pool';
import type { Io } from '../../io/io.ts';
import type { StopReason } from '../shared/stop-decision.ts';
import { type BatchStopEvent, type BatchStopState, decideBatchStop } from './decide-batch-stop.ts';

/** Watches everything that may stop a batch. Dispose at its end. */
export interface BatchStop extends Disposable {
  /** Why the batch is being stopped; undefined while it is not. */
  readonly reason: StopReason | undefined;
  /** Whether tasks at work were ended, instead of finished. */
  readonly isForced: boolean;
  /** Fires when the run is to end: at once, or when what was at work is done. */
  readonly ending: AbortSignal;
  /** Something has changed: perhaps nothing is at work any more. */
  look(): void;
  /** Closes the pool; at once when the stop is urgent. */
  closing(pool: Pool<unknown>): Promise<void>;
}

/** What {@link watchBatchStop} needs. */
export interface BatchStopOptions {
  readonly pool: Pick<Pool<unknown>, 'pause' | 'stats' | 'close' | 'events$'>;
  /** Whether a task is at work. */
  readonly isAtWork: () => boolean;
  readonly onDrain: () => void;
}

/** Turns signals and a reader that goes away into a drain, or an end. */
export function watchBatchStop(io: Io, { pool, isAtWork, onDrain }: BatchStopOptions): BatchStop {
  let state: BatchStopState = { phase: 'running', reason: undefined };
  const ending = new AbortController();
  const why = (): DOMException => new DOMException(`The batch was ${state.reason ?? 'stopped'}.`, 'AbortError');

  function look(): void {
    // A lease that was given just before the drain is not at work yet, and will be.
    if (state.phase === 'draining' && !isAtWork() && pool.stats.leased === 0) ending.abort(why());
  }

  function take(event: BatchStopEvent): void {
    const [next, action] = decideBatchStop(state, event);
    state = next;
    if (action === 'drain') {
      pool.pause();
      onDrain();
      look();
    }
    if (action !== 'end') return;
    ending.abort(why());
    // Ends the trees side by side, and forces those that take their time.
    void pool.close({ graceMs: 0 });
  }

  const onReaderGone = (): void => take('READER_GONE');
  io.stdout.closed.addEventListener('abort', onReaderGone, { once: true });
  const signals = io.onStop(take);
  const watching = pool.events$.subscribe(look);
  return {
    get reason() {
      return state.reason;
    },
    get isForced() {
      return state.phase === 'ending';
    },
    ending: ending.signal,
    look,
    async closing(closed) {
      await closed.close({ graceMs: 0 });
    },
    [Symbol.dispose]() {
      watching.unsubscribe();
      signals[Symbol.dispose]();
      io.stdout.closed.removeEventListener('abort', onReaderGone);
    },
  };
}
