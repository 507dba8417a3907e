import type { Wear } from '../policy/retire.ts';
import type { Place, PoolCore } from './core.ts';

/** What the worker of a place has been through, as far as the pool and its factory know. */
export function wearOf<W>(core: PoolCore<W>, { slot, residentBytes }: Place<W>, nowMs: number): Wear {
  const { uses, warmAtMs, idleAtMs } = slot.state;
  const own = slot.worker === undefined ? {} : core.factory.wearOf?.(slot.worker);
  const since = (atMs: number): number => nowMs - atMs - core.standstills.since(atMs);
  return { uses, ageMs: since(warmAtMs), idleMs: since(idleAtMs), residentBytes, ...own };
}
