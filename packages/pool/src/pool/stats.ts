import type { PoolCore } from './core.ts';
import { liveOf } from './core.ts';
import type { PoolSnapshot, PoolStats, SlotSnapshot } from './types.ts';

/** The counts of this moment. */
export function statsOf<W>({ places, size, queue, metrics }: PoolCore<W>): PoolStats {
  const count = { idle: 0, leased: 0, starting: 0, returning: 0, retiring: 0, abandoned: 0 };
  for (const { slot } of places) {
    const { phase } = slot.state;
    if (phase === 'checking') count.idle += 1;
    else if (phase !== 'empty' && phase !== 'waiting') count[phase] += 1;
  }
  const { created, replaced } = metrics.counters();
  return { size, ...count, waiting: queue.size, created, replaced, acquireMs: metrics.histogram('acquire') };
}

/** The pool as plain JSON: no workers, no secrets. */
export function snapshotOf<W>(core: PoolCore<W>): PoolSnapshot {
  const { places, queue, metrics, clock, factory, supervisor } = core;
  const nowMs = clock.nowMs();
  const slots = places.map(({ slot, residentBytes, phases, sticky }): SlotSnapshot => {
    const { phase, key, uses, warmAtMs } = slot.state;
    const { worker } = slot;
    const isManned = worker !== undefined;
    const { turns, costUsd } = isManned ? (factory.wearOf?.(worker) ?? {}) : {};
    return {
      slot: slot.id,
      phase,
      key,
      uses,
      ...(isManned && { ageMs: nowMs - warmAtMs, pid: factory.pidOf?.(worker), containment: factory.containmentOf?.(worker), phases }),
      ...(residentBytes !== undefined && isManned && { residentBytes }),
      ...(sticky !== undefined && isManned && { sticky }),
      ...(turns !== undefined && { turns }),
      ...(costUsd !== undefined && { costUsd }),
    };
  });
  const keys = new Set([
    core.key,
    ...queue.all().map(({ workerKey }) => workerKey),
    ...slots.filter(({ phase }) => phase !== 'empty').map(({ key }) => key),
  ]);
  return {
    phase: core.phase,
    isPaused: core.isPaused,
    stats: statsOf(core),
    slots,
    counters: metrics.counters(),
    histograms: metrics.histograms(),
    phases: metrics.phases(),
    keys: [...keys].map((key) => ({ key, waiting: queue.countOf({ key }), live: liveOf(core, key), breaker: supervisor.breakerOf(key) })),
  };
}
