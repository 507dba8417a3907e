import { ConfigError } from '@subwire/core';
import { BehaviorSubject, defer, distinctUntilChanged } from 'rxjs';
import type { PoolOptions } from '../policy/options.ts';
import { PoolError } from '../policy/pool-error.ts';
import { resolveOptions } from '../policy/resolve-options.ts';
import type { WorkerFactory } from '../policy/worker-factory.ts';
import { createSlot } from '../slot/slot.ts';
import { isVacant } from '../slot/slot-state.ts';
import { createCalls, poolClosed } from './calls.ts';
import { minIdleOf, type Place, unusedPlace } from './core.ts';
import { createCore } from './create-core.ts';
import { createEngine } from './engine.ts';
import { startHousekeeping, type Housekeeping } from './housekeeping.ts';
import { findViolations } from './invariants.ts';
import { createLeaseTable } from './lease-table.ts';
import { createPlaceHooks } from './place-hooks.ts';
import { createShutdown } from './shutdown.ts';
import { snapshotOf, statsOf } from './stats.ts';
import type { Pool } from './types.ts';
import { useWorker } from './use.ts';

/**
 * A pool of warm workers over a factory. Nothing is started until `warm`, `acquire` or `use` is called.
 * @throws ConfigError `INVALID_OPTION`
 */
export function createPool<W>(factory: WorkerFactory<W>, options: PoolOptions = {}): Pool<W> {
  const resolved = resolveOptions(options);
  const { clock } = resolved;
  const core = createCore(factory, resolved, pump, wakeAt);
  const leases = createLeaseTable(core);
  const engine = createEngine(core, leases);
  const byId = new Map<number, Place<W>>();
  const hooks = createPlaceHooks({ core, leases, engine, placeOf: (slot) => byId.get(slot.id) as Place<W> });
  const acquire = createCalls(core, leases);
  const stats = new BehaviorSubject(statsOf(core));
  const unlisten = resolved.governor?.onChange(pump);
  const changed = new Set<() => void>();
  let housekeeping: Housekeeping | undefined;
  let isPumping = false;
  let pumpAgain = false;
  let isStale = false;
  let wake = { atMs: Number.POSITIVE_INFINITY, cancel: () => {} };

  function addPlace(): void {
    let id = 0;
    while (byId.has(id)) id += 1;
    const slot = createSlot<W>({ id, factory, deadlines: () => resolved, clock, hooks });
    const place: Place<W> = {
      slot,
      jitter: 0,
      via: 'factory',
      startedAtMs: 0,
      waiter: undefined,
      lease: undefined,
      hasLeave: false,
      ...unusedPlace,
    };
    byId.set(slot.id, place);
    core.places.push(place);
  }

  /** Places over the size go as soon as they are free of a worker; places under it are made. */
  function fitPlaces(): void {
    while (core.places.length < core.size) addPlace();
    for (let index = core.places.length - 1; index >= core.size; index -= 1) {
      const { slot } = core.places[index] as Place<W>;
      if (slot.state.phase === 'idle' || slot.state.phase === 'starting') slot.retire('resized');
      if (!isVacant(slot.state.phase)) continue;
      core.places.splice(index, 1);
      byId.delete(slot.id);
    }
  }

  function pump(): void {
    pumpAgain = true;
    if (isPumping) return;
    isPumping = true;
    try {
      while (pumpAgain) {
        pumpAgain = false;
        fitPlaces();
        if (core.isStarted && core.phase === 'open') housekeeping ??= startHousekeeping(core, leases);
        engine.step();
      }
    } finally {
      isPumping = false;
    }
    publish();
    for (const run of [...changed]) run();
    if (!resolved.checkInvariants) return;
    const violations = findViolations(core);
    if (violations.length > 0) throw new Error(`The pool's bookkeeping contradicts itself: ${violations.join('; ')}.`);
  }

  /** At most one value per turn of the event loop: what happens together is told together. */
  function publish(): void {
    if (isStale || !stats.observed) return;
    isStale = true;
    queueMicrotask(() => {
      isStale = false;
      if (core.phase !== 'closed') stats.next(statsOf(core));
    });
  }

  function wakeAt(atMs: number): void {
    if (atMs >= wake.atMs || core.phase !== 'open') return;
    wake.cancel();
    const run = (): void => {
      wake = { atMs: Number.POSITIVE_INFINITY, cancel: () => {} };
      pump();
    };
    // Only calls that wait are a reason for the host to stay alive until then.
    wake = { atMs, cancel: clock.setTimer(Math.max(0, atMs - clock.nowMs()), run, { background: core.queue.size === 0 }) };
  }

  /** Resolves when the condition holds after some step of the pool. */
  function until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const run = (): void => {
        if (!condition()) return;
        changed.delete(run);
        resolve();
      };
      changed.add(run);
      run();
    });
  }

  async function warm(): Promise<void> {
    if (core.phase !== 'open') throw poolClosed();
    core.isStarted = true;
    pump();
    const isHopeless = (): boolean => {
      const { type } = core.supervisor.permit(core.key, clock.nowMs());
      return type === 'refused' && statsOf(core).starting === 0;
    };
    const isDone = (): boolean => {
      const { idle, leased, abandoned, size } = statsOf(core);
      return idle >= Math.min(minIdleOf(core), size - leased - abandoned) || isHopeless() || core.phase !== 'open';
    };
    await until(isDone);
    if (core.phase !== 'open') throw poolClosed();
    const { idle, leased } = statsOf(core);
    if (idle + leased > 0 || minIdleOf(core) === 0) return;
    const causes = core.supervisor.causesOf(core.key);
    const message = 'No worker could be made warm; see the causes.';
    throw new PoolError({ code: 'WARMUP_FAILED', message, causes, attempts: causes.length, cause: causes.at(-1), stats: statsOf(core) });
  }

  async function resize(size: number): Promise<void> {
    if (!(Number.isInteger(size) && size >= 1)) {
      throw new ConfigError({
        code: 'INVALID_OPTION',
        option: 'size',
        message: `A pool has a whole number of places, at least 1, and not ${String(size)}.`,
      });
    }
    core.size = size;
    // Those at work come first, so that it is an idle worker that is over the size, if there is one.
    core.places.sort((one, other) => Number(other.lease !== undefined) - Number(one.lease !== undefined) || one.slot.id - other.slot.id);
    core.sink.emit({ type: 'pool-resized' });
    pump();
    await until(() => core.places.slice(core.size).every(({ slot }) => slot.state.phase === 'leased' || slot.state.phase === 'returning'));
  }

  const shutdown = createShutdown(core, () => {
    housekeeping?.stop();
    wake.cancel();
    unlisten?.();
    stats.next(statsOf(core));
    stats.complete();
    core.sink.end();
  });

  fitPlaces();
  const pool: Pool<W> = {
    get stats() {
      return statsOf(core);
    },
    stats$: defer(() => {
      if (core.phase !== 'closed') stats.next(statsOf(core));
      return stats;
    }).pipe(distinctUntilChanged((one, other) => JSON.stringify(one) === JSON.stringify(other))),
    events$: core.sink.events$,
    snapshot: () => snapshotOf(core),
    warm,
    acquire,
    use: (work, useOptions) => useWorker(acquire, work, useOptions),
    resize,
    pause() {
      if (core.isPaused) return;
      core.isPaused = true;
      core.sink.emit({ type: 'pool-paused' });
    },
    resume() {
      if (!core.isPaused) return;
      core.isPaused = false;
      core.sink.emit({ type: 'pool-resumed' });
      pump();
    },
    reload(reloadOptions = {}) {
      core.key = reloadOptions.key ?? core.key;
      core.sink.emit({ type: 'pool-reloaded', key: core.key });
      for (const { slot } of core.places) {
        slot.doom('reloaded');
        if (slot.state.phase === 'idle') slot.retire('reloaded');
      }
      pump();
    },
    async drain() {
      await shutdown.drain();
    },
    close: (closeOptions) => shutdown.close(closeOptions),
    [Symbol.asyncDispose]: async () => void (await shutdown.close()),
  };
  return pool;
}
