import { setTimeout as sleep } from 'node:timers/promises';
import type { Subscription } from 'rxjs';
import { Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSession, query, type SessionOptions } from '@subwire/core';
import { type Fault, fakeCli, isAlive, type ProcessState, type ProcessTracker, readProcess, trackProcesses } from '@subwire/testing';

// Long enough for a machine that is busy, far below the minute that the clock of the start gives.
const soonMs = 15_000;

/** A start with a tree, that never gets further. */
const stuck = (...faults: readonly Fault[]): SessionOptions =>
  fakeCli({ faults: [{ name: 'never-init' }, { name: 'start-child', count: 2, kind: 'setsid' }, ...faults] });

let tracker: ProcessTracker;
beforeEach(() => {
  tracker = trackProcesses();
});
afterEach(async () => {
  expect(await tracker.leaked()).toEqual([]);
  await tracker[Symbol.asyncDispose]();
});

/** What lives of the agents and their trees. The guard of this host is none of them: it goes a moment after the last of them. */
function alive(): readonly ProcessState[] {
  const states = tracker.seen.flatMap((one) => (isAlive(one) ? (readProcess(one.pid) ?? []) : []));
  return states.filter(({ commandLine }) => /subwire-fake-cli|sleep 60/.test(commandLine));
}

/** Waits until this many of them are there. */
async function appear(count: number): Promise<void> {
  while (alive().length < count) await sleep(20);
}

/** How a start ends, and how long after its abort. */
async function aborted(options: SessionOptions, when: () => Promise<void> | void) {
  const controller = new AbortController();
  const reason = new Error('the person has left');
  const opening = openSession({ ...options, signal: controller.signal }).then(
    () => 'opened',
    (cause: unknown) => cause,
  );
  await when();
  const startedAt = performance.now();
  controller.abort(reason);
  const outcome = await opening;
  return { isReason: outcome === reason, ms: performance.now() - startedAt };
}

describe('P11 an aborted start rejects with the reason of its signal once nothing of it is left', () => {
  test('at once, before there is a process', async () => {
    const { isReason, ms } = await aborted(stuck(), () => undefined);
    expect(isReason).toBe(true);
    expect(ms).toBeLessThan(soonMs);
  });

  test('as soon as there is a process, which reads nothing yet', async () => {
    const { isReason, ms } = await aborted(fakeCli({ faults: [{ name: 'slow-init', ms: 60_000 }] }), () => appear(1));
    expect(isReason).toBe(true);
    expect(ms).toBeLessThan(soonMs);
    expect(tracker.seen.length).toBeGreaterThan(0);
  });

  test('while initialize is unanswered, with the whole tree', async () => {
    const { isReason, ms } = await aborted(stuck(), () => appear(3));
    expect(isReason).toBe(true);
    expect(ms).toBeLessThan(soonMs);
    // Gone when the promise settles, not some time later.
    expect(alive()).toEqual([]);
  });

  test('although the agent ignores TERM and the end of its input', async () => {
    const deaf = { ...stuck({ name: 'ignore-term' }, { name: 'ignore-eof' }), shutdown: { termGraceMs: 300 } };
    const { isReason, ms } = await aborted(deaf, () => appear(3));
    expect(isReason).toBe(true);
    expect(ms).toBeLessThan(soonMs);
    expect(alive()).toEqual([]);
  });
});

describe('P11 a query that is left before its agent has started leaves nothing', () => {
  test.each<[string, number]>([
    ['at once', 0],
    ['while initialize is unanswered', 3],
  ])('%s', async (_, processes) => {
    let asked = false;
    const prompts = new Observable<string>(() => void (asked = true));
    let heard: unknown;
    const subscription: Subscription = query(prompts, stuck()).subscribe({ error: (cause: unknown) => (heard = cause) });
    await appear(processes);
    subscription.unsubscribe();
    const deadline = performance.now() + soonMs;
    while (alive().length > 0 && performance.now() < deadline) await sleep(20);
    expect({ asked, heard, alive: alive() }).toEqual({ asked: false, heard: undefined, alive: [] });
  });

  test('by its signal, whose reason it ends with', async () => {
    const controller = new AbortController();
    const reason = new Error('the person has left');
    const ended = new Promise<unknown>((resolve) => {
      query('hello', { ...stuck(), signal: controller.signal }).subscribe({ error: resolve, complete: () => resolve('completed') });
    });
    await appear(3);
    controller.abort(reason);
    expect(await ended).toBe(reason);
    expect(alive()).toEqual([]);
  });
});
