import type { PendingCall, PoolCore } from './core.ts';
import type { Throttles } from './throttles.ts';

/**
 * Whether a call would be served before an older one of another key that has no worker, and no place to get one. Without this question, a key whose workers
 * never run out of calls would keep them for ever, and the others would wait until their deadline. `hasRoom` says which tenants can be served at all.
 */
export function isOvertaking<W>(
  core: PoolCore<W>,
  call: PendingCall<W>,
  throttles: Throttles,
  hasRoom: (tenant: string) => boolean,
): boolean {
  const { queue, supervisor, clock, options } = core;
  if (queue.laneCount < 2) return false;
  const manned = new Set<string>();
  let starting = 0;
  for (const { slot } of core.places.slice(0, core.size)) {
    const { phase, key } = slot.state;
    // One at a time, and only for a start that can follow at once: a warm worker is worth more than an empty place.
    if (phase === 'empty' || phase === 'waiting' || phase === 'retiring') return false;
    if (phase === 'starting') starting += 1;
    if (phase !== 'abandoned') manned.add(key);
  }
  if (starting >= options.maxStarting) return false;
  // The lane of a conversation has its worker; a worker could do nothing for a key whose credential is held up.
  const isStarving = (lane: string): boolean =>
    !manned.has(lane) && !throttles.has(lane) && !lane.includes('\u0000') && supervisor.permit(lane, clock.nowMs()).type === 'start';
  const older = queue.next({ key: isStarving, tenant: hasRoom });
  return older !== undefined && queue.precedes(older, call);
}
