import type { ResolvedPoolOptions } from '../policy/options.ts';
import type { WorkerFactory } from '../policy/worker-factory.ts';
import { createWaitQueue } from '../queue/wait-queue.ts';
import { createSupervisor } from '../supervisor/supervise.ts';
import type { PendingCall, PoolCore } from './core.ts';
import { createEventSink } from './events.ts';
import { createMetrics } from './metrics.ts';
import { createStandstills } from './standstills.ts';
import { createTenantRates } from './tenant-rates.ts';

/** How often idle workers and old leases are looked at. */
export const housekeepingMs = 250;

/** The parts that everything in one pool shares, before anything has happened. */
export function createCore<W>(
  factory: WorkerFactory<W>,
  options: ResolvedPoolOptions,
  pump: () => void,
  wakeAt: (atMs: number) => void,
): PoolCore<W> {
  const { clock, size, key, ageingMs, maxUses, maxAgeMs, maxIdleMs, recycle, limits, restart, random, tenants } = options;
  return {
    factory,
    options,
    rule: { maxUses, maxAgeMs, maxIdleMs, residentBytes: limits.residentBytes, ...recycle },
    clock,
    places: [],
    queue: createWaitQueue<PendingCall<W>>({ ageingMs, weightOf: (tenant) => tenants[tenant]?.weight ?? 1 }),
    supervisor: createSupervisor(restart, { hasFallback: options.fallback !== undefined, random }),
    metrics: createMetrics(),
    sink: createEventSink(clock),
    receipts: [],
    leasedBy: new Map(),
    rates: createTenantRates(tenants, clock),
    size,
    key,
    phase: 'open',
    isPaused: false,
    isStarted: false,
    averageLeaseMs: undefined,
    standstills: createStandstills(housekeepingMs),
    pump,
    wakeAt,
  };
}
