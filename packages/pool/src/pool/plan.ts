import type { SlotPhase } from '../slot/slot-state.ts';

/** A place, as far as it matters to what is to be started. */
export interface PlaceView {
  readonly id: number;
  readonly phase: SlotPhase;
  readonly key: string;
  /** Whether the worker goes instead of becoming idle. */
  readonly isDoomed: boolean;
  /** Whether a call has the worker already, while it is being checked. */
  readonly isTaken: boolean;
  /** Whether the worker is kept for one conversation. */
  readonly isSticky: boolean;
  /** Whether calls of the key have to wait all the same, for the sake of their credential. */
  readonly isHeld: boolean;
  readonly idleAtMs: number;
}

export interface PlanView {
  readonly places: readonly PlaceView[];
  /** Calls that wait, by key, in the order in which the keys are to be served. */
  readonly waiting: readonly { readonly key: string; readonly count: number }[];
  readonly warmKey: string;
  readonly minIdle: number;
}

/** A worker that ought to be started. */
export interface Wish {
  readonly key: string;
  readonly reason: 'waiting' | 'warm';
}

/** Workers of a key that are free, or will be, for whoever comes. */
function supplyOf({ places }: PlanView, key: string): number {
  return places.filter((place) => {
    const isComing = place.phase === 'starting' || place.phase === 'idle' || (place.phase === 'checking' && !place.isTaken);
    return isComing && place.key === key && !place.isDoomed && !place.isSticky;
  }).length;
}

/** The workers that are missing: first for calls that wait, one round over the keys after the other, then for those that are to be kept warm. */
export function planStarts(view: PlanView): readonly Wish[] {
  const room = view.places.length;
  const wishes: Wish[] = [];
  const missing = view.waiting.map(({ key, count }) => ({ key, count: count - supplyOf(view, key) })).filter(({ count }) => count > 0);
  for (let round = 0; wishes.length < room && missing.some(({ count }) => count > round); round += 1) {
    for (const { key, count } of missing) if (count > round && wishes.length < room) wishes.push({ key, reason: 'waiting' });
  }
  const expected = view.waiting.find(({ key }) => key === view.warmKey)?.count ?? 0;
  const spare = Math.max(0, supplyOf(view, view.warmKey) - expected);
  for (let count = spare; count < view.minIdle && wishes.length < room * 2; count += 1) wishes.push({ key: view.warmKey, reason: 'warm' });
  return wishes;
}

/**
 * The idle worker that is given up so that another key can be served: one that is kept for a conversation first, then the one that has been idle
 * longest. Undefined when there is none whose key nobody waits for, or has to wait.
 */
export function chooseVictim(view: PlanView, forKey: string): PlaceView | undefined {
  const wanted = new Set(view.waiting.filter(({ count }) => count > 0).map(({ key }) => key));
  const candidates = view.places.filter(
    ({ phase, key, isSticky, isHeld }) => phase === 'idle' && (isSticky || (key !== forKey && (isHeld || !wanted.has(key)))),
  );
  return candidates.sort((one, other) => Number(other.isSticky) - Number(one.isSticky) || one.idleAtMs - other.idleAtMs)[0];
}
