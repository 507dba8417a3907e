import { reasonToRetire } from '../policy/retire.ts';
import { minIdleOf, type Place, type PoolCore } from './core.ts';
import type { LeaseTable } from './lease-table.ts';
import { wearOf } from './wear.ts';

/** The regular look at idle workers and old leases. */
export interface Housekeeping {
  stop(): void;
}

const periodMs = 250;
// A tick that comes this much too late means that the host stood still, not that every worker has grown old.
const jumpMs = 1_000;
const maxRememberedJumps = 50;

export function startHousekeeping<W>(core: PoolCore<W>, leases: LeaseTable<W>): Housekeeping {
  const { clock, options, sink, supervisor } = core;
  const jumps: { readonly atMs: number; readonly lengthMs: number }[] = [];
  let lastMs = clock.nowMs();
  let cancel = (): void => {};

  /** How long the host has slept since a moment: nobody was idle for that time, and nothing could have answered. */
  function sleptSince(sinceMs: number): number {
    return jumps.reduce((sum, { atMs, lengthMs }) => (atMs >= sinceMs ? sum + lengthMs : sum), 0);
  }

  function notice(nowMs: number): void {
    const lengthMs = nowMs - lastMs - periodMs;
    lastMs = nowMs;
    if (lengthMs <= jumpMs) return;
    jumps.push({ atMs: nowMs, lengthMs });
    if (jumps.length > maxRememberedJumps) jumps.shift();
    sink.emit({ type: 'clock-jumped', delayMs: lengthMs });
  }

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
    return nowMs - checkedAtMs - sleptSince(checkedAtMs) >= options.heartbeatMs * (0.9 + 0.2 * place.jitter);
  }

  function inspect(place: Place<W>, recycling: { count: number }): void {
    const { slot } = place;
    const nowMs = clock.nowMs();
    if (slot.worker !== undefined) prove(place, nowMs);
    const { phase, idleAtMs, warmAtMs } = slot.state;
    if (phase !== 'idle') return;
    if (place.sticky !== undefined) {
      if (nowMs - idleAtMs - sleptSince(idleAtMs) >= options.stickyMs) slot.retire('idle');
      return;
    }
    const wear = wearOf(core, place, nowMs);
    const rested = { ...wear, ageMs: wear.ageMs - sleptSince(warmAtMs), idleMs: wear.idleMs - sleptSince(idleAtMs) };
    const reason = reasonToRetire(rested, core.rule, { jitter: place.jitter, spare: isSpare(place) });
    if (reason !== undefined) {
      // One at a time: a pool whose workers all turned old together would be cold just then.
      if (recycling.count >= options.maxRecycling) return;
      recycling.count += 1;
      slot.retire(reason);
    } else if (heartbeatDue(place, nowMs)) slot.check();
  }

  function tick(): void {
    const nowMs = clock.nowMs();
    notice(nowMs);
    leases.inspect(nowMs);
    const recycling = {
      count: core.places.filter(
        ({ slot }) => slot.state.phase === 'retiring' || (slot.state.phase === 'starting' && slot.state.generation > 1),
      ).length,
    };
    if (core.phase === 'open') for (const place of [...core.places]) inspect(place, recycling);
    core.pump();
    cancel = clock.setTimer(periodMs, tick, { background: true });
  }

  cancel = clock.setTimer(periodMs, tick, { background: true });
  return { stop: () => cancel() };
}
