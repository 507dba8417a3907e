import { reasonToRetire } from '../policy/retire.ts';
import { minIdleOf, type Place, type PoolCore } from './core.ts';
import type { LeaseTable } from './lease-table.ts';
import { housekeepingMs } from './create-core.ts';
import { wearOf } from './wear.ts';

/** The regular look at idle workers and old leases. */
export interface Housekeeping {
  stop(): void;
}

export function startHousekeeping<W>(core: PoolCore<W>, leases: LeaseTable<W>): Housekeeping {
  const { clock, options, sink, supervisor } = core;
  core.standstills.notice(clock.nowMs());
  let cancel = (): void => {};

  function isSpare(place: Place<W>): boolean {
    const { key } = place.slot.state;
    if (key !== core.key) return true;
    const idle = core.places.filter(({ slot }) => slot.state.phase === 'idle' && slot.state.key === key).length;
    return idle > minIdleOf(core);
  }

  function prove(place: Place<W>, nowMs: number): void {
    const { state, id } = place.slot;
    if (place.isProven || place.via === 'fallback' || nowMs - state.warmAtMs < options.restart.healthyAfterMs) return;
    place.isProven = true;
    supervisor.proven(state.key, id);
  }

  function heartbeatDue(place: Place<W>, nowMs: number): boolean {
    if (options.heartbeatMs === 0 || core.factory.validate === undefined) return false;
    // A tenth earlier or later, so that checks of workers that were born together spread out.
    const { checkedAtMs } = place.slot.state;
    return nowMs - checkedAtMs - core.standstills.since(checkedAtMs) >= options.heartbeatMs * (0.9 + 0.2 * place.jitter);
  }

  function inspect(place: Place<W>, recycling: { count: number }): void {
    const { slot } = place;
    const nowMs = clock.nowMs();
    if (slot.worker !== undefined) prove(place, nowMs);
    const { phase, idleAtMs } = slot.state;
    if (phase !== 'idle') return;
    if (place.sticky !== undefined) {
      if (nowMs - idleAtMs - core.standstills.since(idleAtMs) >= options.stickyMs) slot.retire('idle');
      return;
    }
    const reason = reasonToRetire(wearOf(core, place, nowMs), core.rule, { jitter: place.jitter, spare: isSpare(place) });
    if (reason !== undefined) {
      // One at a time: a pool whose workers all turned old together would be cold just then.
      if (recycling.count >= options.maxRecycling) return;
      recycling.count += 1;
      slot.retire(reason);
    } else if (heartbeatDue(place, nowMs)) slot.check();
  }

  function tick(): void {
    const nowMs = clock.nowMs();
    const delayMs = core.standstills.notice(nowMs);
    if (delayMs !== undefined) sink.emit({ type: 'clock-jumped', delayMs });
    leases.inspect(nowMs);
    const recycling = {
      count: core.places.filter(
        ({ slot }) => slot.state.phase === 'retiring' || (slot.state.phase === 'starting' && slot.state.generation > 1),
      ).length,
    };
    if (core.phase === 'open') for (const place of [...core.places]) inspect(place, recycling);
    core.pump();
    cancel = clock.setTimer(housekeepingMs, tick, { background: true });
  }

  cancel = clock.setTimer(housekeepingMs, tick, { background: true });
  return { stop: () => cancel() };
}
