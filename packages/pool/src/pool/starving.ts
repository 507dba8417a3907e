import type { PendingCall, PoolCore } from './core.ts';

/** Whether one of these keys can get a worker only if an idle one of another key is given up. */
function needsPlace<W>({ places, size, options }: PoolCore<W>, keys: readonly string[]): boolean {
  const manned = new Set<string>();
  let free = 0;
  let starting = 0;
  for (const { slot } of places.slice(0, size)) {
    const { phase, key } = slot.state;
    if (phase === 'empty' || phase === 'waiting' || phase === 'retiring') free += 1;
    else if (phase !== 'abandoned') manned.add(key);
    if (phase === 'starting') starting += 1;
  }
  // No more are given up than can be started at once: a warm worker is worth more than an empty place.
  return free + starting < options.maxStarting && keys.filter((key) => !manned.has(key)).length > free;
}

/**
 * Whether a call would be served before an older one of another key that has no worker, and no place to get one. Without this question, a key whose workers
 * never run out of calls would keep them for ever, and the others would wait until their deadline.
 */
export function isOvertaking<W>(core: PoolCore<W>, { key }: PendingCall<W>): boolean {
  const { queue, supervisor, clock } = core;
  if (queue.keyCount < 2) return false;
  const keys = queue.keys();
  // The lane of a conversation has its worker.
  const ahead = keys.slice(0, keys.indexOf(key)).filter((other) => !other.includes('\u0000'));
  return (
    ahead.length > 0 &&
    needsPlace(
      core,
      ahead.filter((other) => supervisor.permit(other, clock.nowMs()).type === 'start'),
    )
  );
}
