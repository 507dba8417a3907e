import { ReplaySubject } from 'rxjs';
import { expect, test } from 'vitest';
import { createPool, toPrometheus, type PhaseTiming, type PoolEvent } from '../../../src/index.ts';
import { plainFactory, type PlainWorker } from '../../support/plain-workers.ts';

test('Q35 phases that a factory tells are events, a histogram each, and part of the snapshot of the place', async () => {
  const told = new Map<PlainWorker, ReplaySubject<PhaseTiming>>();
  const phasesOf = (worker: PlainWorker): ReplaySubject<PhaseTiming> => {
    const phases = told.get(worker) ?? new ReplaySubject<PhaseTiming>();
    told.set(worker, phases);
    return phases;
  };
  const factory = { ...plainFactory(), phases$: phasesOf, containmentOf: () => 'cgroup' };
  const pool = createPool(factory, { size: 1, checkInvariants: true });
  const events: PoolEvent[] = [];
  pool.events$.subscribe((event) => events.push(event));
  const lease = await pool.acquire();
  const phases = phasesOf(lease.worker);
  phases.next({ phase: 'spawn', durationMs: 12 });
  phases.next({ phase: 'firstToken', durationMs: 300 });
  phases.next({ phase: 'firstToken', durationMs: 100 });
  expect(events.filter(({ type }) => type === 'worker-timed')).toMatchObject([
    { slot: 0, lease: lease.id, phase: 'spawn', durationMs: 12 },
    { phase: 'firstToken', durationMs: 300 },
    { phase: 'firstToken', durationMs: 100 },
  ]);
  const snapshot = pool.snapshot();
  expect(snapshot.phases['firstToken']).toMatchObject({ count: 2, sum: 400, max: 300 });
  expect(snapshot.slots[0]).toMatchObject({ containment: 'cgroup', phases: { spawn: 12, firstToken: 100 } });
  expect(toPrometheus(snapshot)).toContain('subwire_pool_phase_seconds_count{phase="firstToken"} 2');
  await lease.discard();
  // What the next worker says is its own.
  const next = await pool.acquire();
  expect(pool.snapshot().slots[0]!.phases).toEqual({});
  expect(pool.snapshot().phases['firstToken']!.count).toBe(2);
  await next.release();
  await pool.close();
});

test('a factory that makes up names for ever does not make the pool grow for ever', async () => {
  const phases = new ReplaySubject<PhaseTiming>();
  for (let count = 0; count < 1_000; count += 1) phases.next({ phase: `phase-${count}`, durationMs: 1 });
  const pool = createPool({ ...plainFactory(), phases$: () => phases }, { size: 1 });
  await pool.warm();
  expect(Object.keys(pool.snapshot().phases).length).toBeLessThanOrEqual(32);
  await pool.close();
});
