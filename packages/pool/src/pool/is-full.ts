import { isManned } from '../slot/slot-state.ts';
import type { PoolCore } from './core.ts';

/**
 * Whether there is nothing to start, to give up or to refuse, because every place works for the one key that calls wait for. A busy pool is in this state most
 * of the time, and must not pay for a plan with each lease.
 */
export function isFull<W>({ places, queue }: PoolCore<W>): boolean {
  if (queue.laneCount > 1) return false;
  const wanted = queue.size === 0 ? undefined : queue.keys()[0];
  return places.every(
    ({ slot: { state } }) => isManned(state.phase) && state.phase !== 'idle' && (wanted === undefined || state.key === wanted),
  );
}
