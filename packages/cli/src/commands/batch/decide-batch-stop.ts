import type { StopSignal } from '../../io/io.ts';
import type { StopReason } from '../shared/stop-decision.ts';

/** What may ask a batch to stop. */
export type BatchStopEvent = StopSignal | 'READER_GONE';

/** How far the stopping of a batch is. */
export interface BatchStopState {
  readonly phase: 'running' | 'draining' | 'ending';
  /** The first cause. */
  readonly reason: StopReason | undefined;
}

/** What is to be done: start no further task, or end those at work. */
export type BatchStopAction = 'none' | 'drain' | 'end';

const reasons: Readonly<Record<BatchStopEvent, StopReason>> = {
  SIGINT: 'interrupted',
  SIGTERM: 'terminated',
  SIGHUP: 'hung-up',
  READER_GONE: 'reader-gone',
};

/** Ctrl-C once lets the tasks at work finish, twice ends them; everything else ends them at once. */
export function decideBatchStop(state: BatchStopState, event: BatchStopEvent): readonly [BatchStopState, BatchStopAction] {
  const reason = state.reason ?? reasons[event];
  if (state.phase === 'ending') return [state, 'none'];
  if (event === 'SIGINT' && state.phase === 'running') return [{ phase: 'draining', reason }, 'drain'];
  return [{ phase: 'ending', reason }, 'end'];
}
