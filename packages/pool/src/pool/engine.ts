import { admitStart } from '../policy/admission.ts';
import { PoolError } from '../policy/pool-error.ts';
import { isVacant } from '../slot/slot-state.ts';
import { isSurplus, liveOf, minIdleOf, returnLeave, type PendingCall, type Place, type PoolCore, unusedPlace } from './core.ts';
import { idleLanes, isOfAnother, pickIdle } from './idle-workers.ts';
import { isFull } from './is-full.ts';
import type { LeaseTable } from './lease-table.ts';
import { isOvertaking } from './starving.ts';
import { createThrottles } from './throttles.ts';
import { chooseVictim, planStarts, type PlanView, type Wish } from './plan.ts';

/** What brings calls and workers together. */
export interface Engine<W> {
  /** Hands out idle workers, then starts those that are missing. */
  step(): void;
  /** A checked worker, or one that needs no check, goes to its call. */
  handOut(place: Place<W>): void;
}

// How long to wait before the host is asked again whether it can take a further worker.
const admissionRetryMs = 1_000;
// No key: NUL is in none.
const thisHost = '\u0000host';

export function createEngine<W>(core: PoolCore<W>, leases: LeaseTable<W>): Engine<W> {
  const { queue, options, clock, supervisor, sink, metrics, factory } = core;
  const hasLimits = Object.keys(options.tenants).length > 0;
  const throttles = createThrottles(core);

  function hasRoom(tenant: string): boolean {
    const most = options.tenants[tenant]?.maxLeased;
    if (most !== undefined) {
      const checking = core.places.filter(({ waiter }) => waiter?.tenant === tenant).length;
      if ((core.leasedBy.get(tenant) ?? 0) + checking >= most) return false;
    }
    const waitMs = core.rates.waitMs(tenant);
    if (waitMs > 0) core.wakeAt(clock.nowMs() + waitMs);
    return waitMs === 0;
  }

  function dispatch(): void {
    if (core.phase !== 'open' || core.isPaused) return;
    const held = new Set<string>();
    while (queue.size > 0) {
      const lanes = idleLanes(core, held);
      if (lanes.size === 0) return;
      const call = queue.next({ key: (lane) => lanes.has(lane), tenant: hasRoom });
      const place = call && pickIdle(core, call.key, call.tenant);
      if (call === undefined || place === undefined) return;
      const isEvicted = place.sticky === undefined && isOvertaking(core, call, throttles, hasRoom);
      if (isEvicted || isOfAnother(core, place, call.tenant)) {
        place.slot.retire(isEvicted ? 'evicted' : 'tenant');
        continue;
      }
      const leave = options.governor?.admit(call.workerKey) ?? { type: 'go' };
      if (leave.type === 'wait') {
        throttles.begin(call.workerKey, leave.cause, leave.delayMs);
        held.add(call.workerKey);
        continue;
      }
      place.hasLeave = options.governor !== undefined;
      throttles.end(call.workerKey);
      lead(place, call);
    }
  }

  function lead(place: Place<W>, call: PendingCall<W>): void {
    queue.hold(call.id);
    core.rates.take(call.tenant);
    place.waiter = call;
    const { slot } = place;
    const isTrusted = clock.nowMs() - slot.state.checkedAtMs < options.trustMs;
    if (factory.validate === undefined || isTrusted) handOut(place);
    else slot.check();
  }

  function handOut(place: Place<W>): void {
    const call = place.waiter;
    place.waiter = undefined;
    if (call === undefined || call.isSettled || core.phase !== 'open') {
      if (call !== undefined) core.rates.giveBack(call.tenant);
      returnLeave(core, place);
      return;
    }
    const wasWarm = place.slot.state.warmAtMs <= call.enqueuedAtMs;
    const lease = leases.open(place, call);
    if (wasWarm) metrics.record('warmAcquire', lease.waitedMs);
    call.resolve(lease);
  }

  /** Whether any call of a key could be served if there were a worker: nothing is started, or given up, for tenants that have all they may have. */
  function isServable(key: string): boolean {
    return !hasLimits || queue.next({ key: (lane) => lane === key, tenant: hasRoom }) !== undefined;
  }

  /** Keys that calls wait for, as many as could matter in one step. One that must wait itself is no reason for others to wait. */
  function startableKeys(): readonly string[] {
    const found: string[] = [];
    for (const key of queue.keys()) {
      if (found.length >= core.size * 2) break;
      // A lane of a conversation has its worker already.
      if (key.includes('\u0000') || !isServable(key)) continue;
      const permit = supervisor.permit(key, clock.nowMs());
      if (permit.type !== 'wait') found.push(key);
      else if (permit.untilMs !== undefined) core.wakeAt(permit.untilMs);
    }
    // One whose credential is held up gets a place when nobody else wants it: its worker could do nothing but wait, and be given up again.
    return found.sort((one, other) => Number(throttles.has(one)) - Number(throttles.has(other)));
  }

  function view(): PlanView {
    return {
      places: core.places.slice(0, core.size).map(({ slot, waiter, sticky }) => ({
        id: slot.id,
        phase: slot.state.phase,
        key: slot.state.key,
        isDoomed: slot.state.doomed !== undefined,
        isTaken: waiter !== undefined && !waiter.isSettled,
        isSticky: sticky !== undefined && slot.state.phase !== 'leased',
        isHeld: throttles.has(slot.state.key),
        idleAtMs: slot.state.idleAtMs,
      })),
      waiting: startableKeys().map((key) => ({ key, count: queue.countOf({ key }) })),
      warmKey: core.key,
      minIdle: minIdleOf(core),
    };
  }

  function start(place: Place<W>, key: string, via: Place<W>['via']): void {
    const { slot } = place;
    const fallback = options.fallback as typeof factory.create | undefined;
    const isNew = slot.state.generation === 0;
    Object.assign(place, unusedPlace, { via, startedAtMs: clock.nowMs(), jitter: options.random() });
    metrics.count('starts');
    if (!isNew) metrics.count('replaced');
    supervisor.started(key, via, clock.nowMs());
    if (via === 'fallback') {
      metrics.count('fallbacks');
      sink.emit({ type: 'worker-fallback', slot: slot.id, key, cause: supervisor.causesOf(key).at(-1) });
    } else sink.emit({ type: 'worker-starting', slot: slot.id, key });
    slot.start(key, via === 'fallback' && fallback !== undefined ? fallback : (context) => factory.create(context));
  }

  /** Calls for a key that cannot start are told so, unless some worker of the key is left that could serve them. */
  function rejectAll(key: string, causes: readonly unknown[], isPermanent: boolean): void {
    const isComing = core.places.some(({ slot }) => slot.state.key === key && slot.state.phase === 'starting');
    if (isComing || liveOf(core, key) > 0) return;
    for (const call of queue.all()) {
      if (call.workerKey !== key) continue;
      // Gone from the plan, they make room in it for calls of other keys.
      core.pump();
      metrics.count('rejected');
      const what = isPermanent
        ? 'No worker can be started, for a reason that will not go away by itself; see the cause.'
        : `No worker could be started in ${causes.length} attempts; see the causes. The pool tries again by itself later.`;
      call.reject(
        new PoolError({
          code: isPermanent ? 'WARMUP_FAILED' : 'RESTARTS_EXHAUSTED',
          message: what,
          causes,
          attempts: causes.length,
          cause: causes.at(-1),
          retryable: false,
        }),
      );
    }
  }

  /** Whether the host can take one more worker now. */
  function isAdmitted(): boolean {
    const phases = core.places.map(({ slot }) => slot.state.phase);
    const starting = phases.filter((phase) => phase === 'starting').length;
    const live = phases.filter((phase) => !isVacant(phase) && phase !== 'starting').length;
    if (starting >= options.maxStarting) return false;
    const answer = admitStart({ starting, maxStarting: options.maxStarting, live }, options.hostSample(), options);
    if (answer === 'admit') throttles.end(thisHost);
    else throttles.begin(thisHost, answer, admissionRetryMs);
    return answer === 'admit';
  }

  function revive(nowMs: number): void {
    for (const { slot } of core.places) {
      if (slot.state.phase !== 'abandoned') continue;
      const reviveAtMs = supervisor.reviveAt(slot.id) ?? nowMs;
      if (reviveAtMs <= nowMs) slot.vacate('empty');
      else core.wakeAt(reviveAtMs);
    }
  }

  /** A place that was given up for one key is as good as any for a call of another. */
  function vacantFor({ key, reason }: Wish): Place<W> | undefined {
    const own = core.places.slice(0, core.size);
    const isEmpty = ({ slot }: Place<W>): boolean => slot.state.phase === 'empty' || slot.state.phase === 'waiting';
    const isOthers = ({ slot }: Place<W>): boolean => slot.state.phase === 'abandoned' && slot.state.key !== key;
    return own.find(isEmpty) ?? (reason === 'waiting' ? own.find(isOthers) : undefined);
  }

  /** Tries to fulfil one wish. False when nothing more can be started in this step. */
  function fulfil(wish: Wish, freeing: { count: number }): boolean {
    const permit = supervisor.permit(wish.key, clock.nowMs());
    if (permit.type === 'wait') {
      if (permit.untilMs !== undefined) core.wakeAt(permit.untilMs);
      return true;
    }
    if (permit.type === 'refused') {
      core.wakeAt(permit.untilMs);
      rejectAll(wish.key, permit.causes, permit.isPermanent);
      return true;
    }
    const vacant = vacantFor(wish);
    if (vacant !== undefined) {
      if (!isAdmitted()) return false;
      start(vacant, wish.key, permit.via);
      return true;
    }
    if (freeing.count > 0) {
      freeing.count -= 1;
      return true;
    }
    if (core.places.every(({ slot }) => slot.state.phase === 'abandoned')) {
      rejectAll(wish.key, supervisor.causesOf(wish.key), false);
      return true;
    }
    const victim = wish.reason === 'waiting' ? chooseVictim(view(), wish.key) : undefined;
    if (victim === undefined) return wish.reason === 'waiting';
    core.places.find(({ slot }) => slot.id === victim.id)?.slot.retire('evicted');
    return true;
  }

  function fill(): void {
    if (core.phase !== 'open' || !core.isStarted || isFull(core)) return;
    revive(clock.nowMs());
    const freeing = { count: core.places.filter((place) => place.slot.state.phase === 'retiring' && !isSurplus(core, place)).length };
    for (const wish of planStarts(view())) if (!fulfil(wish, freeing)) return;
  }

  return {
    step() {
      dispatch();
      fill();
    },
    handOut,
  };
}
