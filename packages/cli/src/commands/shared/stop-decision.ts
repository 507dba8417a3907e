import type { StopSignal } from '../../io/io.ts';

/** Why a run ended before its result. */
export type StopReason = 'interrupted' | 'terminated' | 'hung-up' | 'timed-out' | 'reader-gone';

/** What may ask a run to stop. */
export type StopEvent = StopSignal | 'TIMEOUT' | 'READER_GONE';

/** What is to be done: ask the agent to break off the turn, end its process, or stop waiting and kill. */
export type StopAction = 'none' | 'interrupt' | 'end' | 'kill';

/** How far the stopping is. */
export interface StopState {
  /** `starting` until there is a turn that could be interrupted. */
  readonly phase: 'starting' | 'running' | 'interrupting' | 'ending';
  /** The first cause. */
  readonly reason: StopReason | undefined;
}

const reasons: Readonly<Record<StopEvent, StopReason>> = {
  SIGINT: 'interrupted',
  SIGTERM: 'terminated',
  SIGHUP: 'hung-up',
  TIMEOUT: 'timed-out',
  READER_GONE: 'reader-gone',
};

/** Ctrl-C once interrupts the turn, twice ends the tree, three times kills it at once; everything else ends the tree, and kills it the second time. */
export function decideStop(state: StopState, event: StopEvent): readonly [StopState, StopAction] {
  const reason = state.reason ?? reasons[event];
  const isSignal = event !== 'TIMEOUT' && event !== 'READER_GONE';
  if (state.phase === 'ending') return [state, isSignal ? 'kill' : 'none'];
  if (event === 'SIGINT' && state.phase === 'running') return [{ phase: 'interrupting', reason }, 'interrupt'];
  // A turn that had its interrupt and then runs out of time was interrupted all the same.
  return [{ phase: 'ending', reason }, 'end'];
}
