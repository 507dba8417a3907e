import type { CloseReceipt } from '@subwire/core';
import { PoolError } from '../policy/pool-error.ts';
import type { SlotPhase, VacantPhase } from '../slot/slot-state.ts';
import type { Farewell, Slot, SlotHooks } from '../slot/types.ts';
import { type Conversation, conversationOf, liveOf, returnLeave, stickyLane, type Place, type PoolCore } from './core.ts';
import type { Engine } from './engine.ts';
import type { LeaseTable } from './lease-table.ts';

export interface PlaceHooksDependencies<W> {
  readonly core: PoolCore<W>;
  readonly leases: LeaseTable<W>;
  readonly engine: Engine<W>;
  readonly placeOf: (slot: Slot<W>) => Place<W>;
}

function isReceipt(value: unknown): value is CloseReceipt {
  return typeof value === 'object' && value !== null && 'survivors' in value && 'rungs' in value;
}

/** What the pool does when something happens to one of its places. */
export function createPlaceHooks<W>({ core, leases, engine, placeOf }: PlaceHooksDependencies<W>): SlotHooks<W> {
  const { supervisor, sink, metrics, clock, factory, options } = core;

  function pidOf({ worker }: Slot<W>): number | undefined {
    return worker === undefined ? undefined : factory.pidOf?.(worker);
  }

  /** Asks the supervisor what follows from a failed start, and tells the world. */
  function judge(place: Place<W>, key: string, cause: unknown, wasWarm: boolean): VacantPhase {
    const { slot } = place;
    const nowMs = clock.nowMs();
    const report = { key, slot: slot.id, via: place.via, cause, nowMs, live: liveOf(core, key), startedAtMs: place.startedAtMs, wasWarm };
    const verdict = supervisor.failed(report);
    switch (verdict.type) {
      case 'retry':
        sink.emit({ type: 'worker-restarting', slot: slot.id, key, cause, attempt: verdict.attempt, delayMs: verdict.delayMs });
        core.wakeAt(nowMs + verdict.delayMs);
        return 'waiting';
      case 'fallback':
        return 'empty';
      case 'abandon': {
        metrics.count('abandoned');
        const { causes, reviveAtMs } = verdict;
        const message = `No worker could be started in this place in ${causes.length} attempts; see the causes. It is tried again by itself later.`;
        const failure = new PoolError({
          code: 'RESTARTS_EXHAUSTED',
          slot: slot.id,
          message,
          causes,
          attempts: causes.length,
          cause: causes.at(-1),
        });
        sink.emit({ type: 'slot-abandoned', slot: slot.id, key, cause: failure, attempt: causes.length, delayMs: reviveAtMs - nowMs });
        core.wakeAt(reviveAtMs);
        return 'abandoned';
      }
    }
  }

  /** Calls that waited for the one worker of their conversation take any other: the conversation has ended with the worker. */
  function reroute(conversation: Conversation): void {
    const lane = stickyLane(conversation);
    for (const call of core.queue.all()) {
      if (call.key !== lane) continue;
      core.queue.remove(call.id);
      call.key = call.workerKey;
      core.queue.add(call);
    }
  }

  function onLost(place: Place<W>, key: string, from: SlotPhase): void {
    const { slot } = place;
    const { cause, warmAtMs } = slot.state;
    metrics.count('lost');
    sink.emit({ type: 'worker-lost', slot: slot.id, key, cause, pid: pidOf(slot), lease: place.lease?.id });
    const isEarly = clock.nowMs() - warmAtMs < options.restart.minUptimeMs && slot.state.uses === 0;
    if (isEarly && core.phase === 'open') place.next = judge(place, key, cause, true);
    const message = `The worker of this lease was lost while it was ${from === 'leased' ? 'at work' : from}. Acquire another; the cause says what ended it.`;
    leases.lose(place, new PoolError({ code: 'WORKER_LOST', slot: slot.id, message, cause }));
  }

  return {
    ready(slot) {
      const place = placeOf(slot);
      const { key } = slot.state;
      supervisor.ready(key, slot.id, place.via);
      metrics.count('created');
      metrics.record('start', clock.nowMs() - place.startedAtMs);
      sink.emit({ type: 'worker-ready', slot: slot.id, key, pid: pidOf(slot), delayMs: clock.nowMs() - place.startedAtMs });
      if (slot.state.doomed !== undefined) slot.retire(slot.state.doomed);
      core.pump();
    },
    failed(slot, cause) {
      metrics.count('startFailures');
      const place = placeOf(slot);
      const { key } = slot.state;
      queueMicrotask(core.pump);
      if (core.phase === 'open') return judge(place, key, cause, false);
      supervisor.calledOff(key, place.via);
      return 'empty';
    },
    checked(slot) {
      const place = placeOf(slot);
      if (place.waiter !== undefined) engine.handOut(place);
      core.pump();
    },
    returned: () => core.pump(),
    leaving(slot, from) {
      const place = placeOf(slot);
      const { key, lost, cause } = slot.state;
      const call = place.waiter;
      const conversation = conversationOf(place);
      place.waiter = undefined;
      if (call !== undefined) {
        core.queue.unhold(call.id);
        core.rates.giveBack(call.tenant);
      }
      if (from === 'starting') supervisor.calledOff(key, place.via);
      if (from === 'checking' && !lost) metrics.count('checksFailed');
      if (lost) onLost(place, key, from);
      else {
        metrics.count('retired');
        sink.emit({ type: 'worker-retired', slot: slot.id, key, cause, pid: pidOf(slot), lease: place.lease?.id });
        leases.lose(place, cause);
      }
      returnLeave(core, place);
      place.sticky = undefined;
      if (conversation !== undefined) reroute(conversation);
      queueMicrotask(core.pump);
    },
    gone(slot, farewell: Farewell) {
      const place = placeOf(slot);
      metrics.record('destroy', farewell.durationMs);
      // Those of the pool's whole life would grow without end; who closes it wants to know how that went.
      if (core.phase !== 'open' && isReceipt(farewell.receipt)) core.receipts.push(farewell.receipt);
      const { next } = place;
      place.next = 'empty';
      place.residentBytes = undefined;
      queueMicrotask(core.pump);
      return next;
    },
    used(slot, { residentBytes }) {
      const place = placeOf(slot);
      place.residentBytes = residentBytes;
      if (residentBytes <= options.limits.residentBytes) return;
      // In mid-lease it may finish first: the limit that ends a process at once is the transport's.
      if (slot.state.phase === 'idle') slot.retire('memory');
      else slot.doom('memory');
    },
    pressed(slot, signal) {
      const { lease } = placeOf(slot);
      options.governor?.report(signal, lease === undefined ? 0 : clock.nowMs() - lease.leasedAtMs, slot.state.key);
    },
    spent: (slot, spend) => leases.spent(placeOf(slot), spend),
    timed(slot, { phase, durationMs }) {
      const place = placeOf(slot);
      place.phases = { ...place.phases, [phase]: durationMs };
      metrics.recordPhase(phase, durationMs);
      sink.emit({ type: 'worker-timed', slot: slot.id, key: slot.state.key, pid: pidOf(slot), lease: place.lease?.id, phase, durationMs });
    },
    fault(slot, cause) {
      metrics.count('faults');
      sink.emit({ type: 'worker-fault', slot: slot.id, key: slot.state.key, cause });
    },
  };
}
