import { isManned } from '../slot/slot-state.ts';
import type { PoolCore } from './core.ts';

/**
 * Whether there is nothing to start, to give up or to refuse, because every place has a worker, and nobody waits, or all work for the one key that calls wait
 * for. A pool is in this state most of the time, and must not pay for a plan with each lease.
 */
export function isFull<W>({ places, queue }: PoolCore<W>): boolean {
  const isWaitedFor = queue.size > 0;
  const key = places[0]?.slot.state.key ?? '';
  for (const { slot } of places) {
    const { phase, key: own } = slot.state;
    if (!isManned(phase) || (isWaitedFor && (phase === 'idle' || own !== key))) return false;
  }
  return !isWaitedFor || queue.countOf({ key }) === queue.size;
}
