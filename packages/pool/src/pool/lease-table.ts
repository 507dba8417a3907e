import { LimitError } from '@subwire/core';
import { addSpend, emptyLedger, findBreach, type Breach, type Ledger } from '../policy/budget.ts';
import { PoolError } from '../policy/pool-error.ts';
import { reasonToRetire } from '../policy/retire.ts';
import type { Spend } from '../policy/worker-factory.ts';
import { returnLeave, type LeaseRecord, type PendingCall, type Place, type PoolCore } from './core.ts';
import type { Lease } from './types.ts';
import { wearOf } from './wear.ts';

/** Who holds which worker, and what it has cost. */
export interface LeaseTable<W> {
  open(place: Place<W>, call: PendingCall<W>): Lease<W>;
  /** The worker of a lease has gone, or is being taken away. */
  lose(place: Place<W>, cause: unknown): void;
  spent(place: Place<W>, spend: Spend): void;
  /** The budget that a tenant, or the pool, has used up already. */
  exhausted(tenant: string): Breach | undefined;
  /** Reports leases that are held too long. */
  inspect(nowMs: number): void;
}

// Weight of the newest lease in the average that estimates waits.
const newest = 0.2;

export function createLeaseTable<W>(core: PoolCore<W>): LeaseTable<W> {
  const { clock, metrics, sink, options } = core;
  const tenants = new Map<string, Ledger>();
  let total = emptyLedger;
  let nextId = 1;

  function leak(place: Place<W>, record: LeaseRecord, message: string, reclaim: boolean): void {
    record.isReported = true;
    metrics.count('leaks');
    const cause = new PoolError({ code: 'WORKER_LOST', slot: place.slot.id, message, cause: new Error(record.trace.stack ?? '') });
    sink.emit({ type: 'lease-leaked', slot: place.slot.id, lease: record.id, tenant: record.tenant, cause });
    if (reclaim) place.slot.retire(cause);
  }

  /** Nearly all leases end before anybody looks: only those that are held for longer are worth a weak reference, which costs as much as the rest of a lease. */
  function isDropped(record: LeaseRecord): boolean {
    if (record.lease instanceof WeakRef) return record.lease.deref() === undefined;
    record.lease = record.lease && new WeakRef(record.lease);
    return false;
  }

  function finish(place: Place<W>, record: LeaseRecord): boolean {
    if (record.ending !== undefined) return false;
    place.lease = undefined;
    returnLeave(core, place);
    const heldMs = clock.nowMs() - record.leasedAtMs;
    metrics.record('lease', heldMs);
    core.averageLeaseMs = core.averageLeaseMs === undefined ? heldMs : core.averageLeaseMs * (1 - newest) + heldMs * newest;
    const left = (core.leasedBy.get(record.tenant) ?? 1) - 1;
    if (left === 0) core.leasedBy.delete(record.tenant);
    else core.leasedBy.set(record.tenant, left);
    return true;
  }

  function charge(record: LeaseRecord, spend: Spend & { readonly wallMs?: number }): Breach | undefined {
    record.spent = addSpend(record.spent, spend);
    const ofTenant = addSpend(tenants.get(record.tenant) ?? emptyLedger, spend);
    if (options.tenants[record.tenant]?.budget !== undefined) tenants.set(record.tenant, ofTenant);
    total = addSpend(total, spend);
    return findBreach(record.spent, record.budget) ?? exhausted(record.tenant, ofTenant);
  }

  function exhausted(tenant: string, ledger = tenants.get(tenant)): Breach | undefined {
    return findBreach(ledger ?? emptyLedger, options.tenants[tenant]?.budget) ?? findBreach(total, options.budget);
  }

  function breach(place: Place<W>, record: LeaseRecord, { budget, limit, spent }: Breach): void {
    metrics.count('breaches');
    const message = `The ${budget} budget of ${limit} is used up (${Number(spent.toFixed(6))}): the lease was ended. Raise the budget, or split the work.`;
    const cause = new LimitError({ code: 'BUDGET_EXCEEDED', limit, clock: budget, message });
    sink.emit({ type: 'budget-exceeded', slot: place.slot.id, lease: record.id, tenant: record.tenant, cause });
    place.slot.retire(cause);
  }

  /** Ends a lease: `act` moves the worker on, and the promise belongs to this worker even when the place has a new one by then. */
  function end(place: Place<W>, record: LeaseRecord, act: () => void): void {
    // Registered before the move: it may free the place, and give it to another, at once.
    record.ending = place.slot.settled();
    act();
  }

  function giveBack(place: Place<W>, record: LeaseRecord): void {
    const { slot } = place;
    const { state } = slot;
    if (place.via !== 'fallback') {
      core.supervisor.proven(state.key, slot.id);
      place.isProven = true;
    }
    sink.emit({ type: 'worker-returned', slot: slot.id, key: state.key, lease: record.id, tenant: record.tenant });
    place.sticky = record.sticky;
    const nowMs = clock.nowMs();
    // A worker that is kept for its conversation is used again on purpose.
    const rule = record.sticky === undefined ? core.rule : { ...core.rule, maxUses: Number.POSITIVE_INFINITY };
    const reason = state.doomed ?? reasonToRetire(wearOf(core, place, nowMs), rule, { jitter: place.jitter, spare: false });
    if (reason !== undefined) slot.retire(reason);
    else if (core.phase !== 'open') slot.retire('closing');
    else if (record.sticky !== undefined) slot.keep();
    else slot.giveBack();
  }

  function open(place: Place<W>, call: PendingCall<W>): Lease<W> {
    const nowMs = clock.nowMs();
    const { slot } = place;
    const record: LeaseRecord = {
      id: nextId,
      tenant: call.tenant,
      budget: call.budget,
      leasedAtMs: nowMs,
      trace: call.trace,
      taken: undefined,
      lostTo: undefined,
      sticky: call.sticky,
      spent: emptyLedger,
      isReported: false,
      lease: undefined,
      ending: undefined,
    };
    nextId += 1;
    slot.lend();
    place.lease = record;
    place.sticky = undefined;
    place.tenant = call.tenant;
    core.leasedBy.set(call.tenant, (core.leasedBy.get(call.tenant) ?? 0) + 1);
    metrics.count('leases');
    const waitedMs = nowMs - call.enqueuedAtMs;
    metrics.record('acquire', waitedMs);
    sink.emit({ type: 'worker-leased', slot: slot.id, key: slot.state.key, lease: record.id, tenant: call.tenant, pid: pidOf(place) });
    const lease: Lease<W> = {
      worker: slot.worker as W,
      slot: slot.id,
      key: slot.state.key,
      id: record.id,
      waitedMs,
      get spent() {
        return addSpend(record.spent, { wallMs: 0 });
      },
      get signal() {
        record.taken ??= new AbortController();
        if (record.lostTo !== undefined && !record.taken.signal.aborted) record.taken.abort(record.lostTo.cause);
        return record.taken.signal;
      },
      release() {
        if (finish(place, record)) end(place, record, () => giveBack(place, record));
        return record.ending ?? Promise.resolve();
      },
      discard(cause: unknown = 'discarded') {
        if (finish(place, record)) end(place, record, () => slot.retire(cause));
        return record.ending ?? Promise.resolve();
      },
      [Symbol.asyncDispose]: () => lease.release(),
    };
    record.lease = lease;
    return lease;
  }

  function pidOf(place: Place<W>): number | undefined {
    return place.slot.worker === undefined ? undefined : core.factory.pidOf?.(place.slot.worker);
  }

  return {
    open,
    lose(place, cause) {
      const record = place.lease;
      if (record === undefined || !finish(place, record)) return;
      record.ending = place.slot.settled();
      record.lostTo = { cause };
      record.taken?.abort(cause);
    },
    spent(place, spend) {
      const record = place.lease;
      if (record === undefined) return;
      if (spend.unknown !== undefined && spend.unknown.length > 0) {
        sink.emit({ type: 'usage-missing', slot: place.slot.id, lease: record.id, tenant: record.tenant, cause: spend.unknown });
      }
      const found = charge(record, spend);
      if (found !== undefined) breach(place, record, found);
    },
    exhausted,
    inspect(nowMs) {
      for (const place of core.places) {
        const record = place.lease;
        if (record === undefined) continue;
        if (isDropped(record)) {
          leak(place, record, 'A lease was dropped without being ended; its worker is taken back.', true);
          continue;
        }
        const heldMs = nowMs - record.leasedAtMs - core.standstills.since(record.leasedAtMs);
        const found = charge(record, { wallMs: heldMs - record.spent.wallMs });
        if (found !== undefined) breach(place, record, found);
        else if (heldMs >= options.limits.leaseMs) {
          const message = `A lease was held for longer than limits.leaseMs (${options.limits.leaseMs} ms): its worker was taken away.`;
          place.slot.retire(new LimitError({ code: 'TIME_LIMIT', limit: options.limits.leaseMs, clock: 'lease', message }));
        } else if (heldMs >= options.leakAfterMs && !record.isReported) {
          leak(
            place,
            record,
            `A lease has been held for longer than leakAfterMs (${options.leakAfterMs} ms). The cause says who acquired it.`,
            options.reclaimLeaked,
          );
        }
      }
    },
  };
}
