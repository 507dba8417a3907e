import { describe, expect, it } from 'vitest';
import { classifyCause } from '../../../src/index.ts';
import { createSupervisor, type FailureReport, type Supervisor } from '../../../src/supervisor/supervise.ts';

const rule = {
  limit: 3,
  windowMs: 60_000,
  healthyAfterMs: 30_000,
  minUptimeMs: 1_000,
  backoff: (attempt: number) => attempt * 100,
  classify: classifyCause,
  openMs: 15_000,
  maxOpenMs: 300_000,
};

const supervisor = (): Supervisor => createSupervisor(rule, { hasFallback: false, random: () => 0 });
const killed = { code: 'EXIT_EARLY', cause: { code: null, signal: 'SIGKILL' } };

/** One start of a key that comes to nothing. */
function fail(one: Supervisor, more: Partial<FailureReport> = {}): ReturnType<Supervisor['failed']> {
  const report = { key: 'k', slot: 0, via: 'factory', cause: killed, nowMs: 0, live: 1, startedAtMs: 0, wasWarm: false, ...more } as const;
  if (!report.wasWarm) one.started(report.key, report.via, report.startedAtMs);
  return one.failed(report);
}

describe('Q13 bad luck: a start that somebody kills while others of its key live', () => {
  it('is made up for at once, is held against nobody, and lets others start at the same time', () => {
    const one = supervisor();
    expect(fail(one)).toEqual({ type: 'retry', attempt: 1, delayMs: 0 });
    expect(one.permit('k', 0)).toEqual({ type: 'start', via: 'factory' });
    one.started('k', 'factory', 0);
    expect(one.permit('k', 0)).toEqual({ type: 'start', via: 'factory' });
    expect(one.breakerOf('k')).toBe('closed');
  });

  it('is bad luck once: the next in a row waits', () => {
    const one = supervisor();
    fail(one);
    expect(fail(one)).toEqual({ type: 'retry', attempt: 2, delayMs: 200 });
    expect(one.permit('k', 0)).toEqual({ type: 'wait', untilMs: 200 });
  });

  it('is once more after a lease that was served', () => {
    const one = supervisor();
    fail(one);
    one.proven('k', 0);
    expect(fail(one)).toEqual({ type: 'retry', attempt: 1, delayMs: 0 });
  });

  it.each([
    ['nobody else of the key lives: it may be the key', { live: 0 }],
    ['the cause is the worker’s own', { cause: new Error('exit 1') }],
  ])('is none when %s', (_when, more) => {
    const one = supervisor();
    expect(fail(one, more)).toEqual({ type: 'retry', attempt: 1, delayMs: 100 });
    expect(one.permit('k', 0)).toEqual({ type: 'wait', untilMs: 100 });
  });

  it('never gives the key or the place up, however often it happens', () => {
    const one = supervisor();
    for (let count = 1; count <= 50; count += 1) expect(fail(one, { nowMs: count }).type).toBe('retry');
    expect(one.breakerOf('k')).toBe('closed');
    expect(one.reviveAt(0)).toBeUndefined();
  });

  it('control: the same number of deaths of their own give the key up', () => {
    const one = supervisor();
    const types = Array.from({ length: 4 }, (_, nowMs) => fail(one, { nowMs, live: 0, cause: new Error('exit 1') }).type);
    expect(types).toEqual(['retry', 'retry', 'retry', 'abandon']);
    expect(one.breakerOf('k')).toBe('open');
  });
});

describe('Q15 an early death charges the key', () => {
  const flash = { wasWarm: true, live: 0, cause: new Error('flash') };

  it('as a failed start does: the fourth within the window is the last', () => {
    const one = supervisor();
    const types = [1, 2, 3, 4].map((round) => fail(one, { ...flash, startedAtMs: round * 100, nowMs: round * 100 + 50 }).type);
    expect(types).toEqual(['retry', 'retry', 'retry', 'abandon']);
    expect(one.causesOf('k')).toHaveLength(4);
  });

  it('once for all workers that were started before and die with it: that is one incident', () => {
    const one = supervisor();
    for (let slot = 0; slot < 8; slot += 1) expect(fail(one, { ...flash, slot, startedAtMs: 0, nowMs: 50 + slot }).type).toBe('retry');
    expect(one.causesOf('k')).toHaveLength(1);
    expect(one.breakerOf('k')).toBe('closed');
  });
});
