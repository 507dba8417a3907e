import { afterEach, beforeEach, expect } from 'vitest';
import { startFakeApi, type FakeApi } from './fake-api/start-fake-api.ts';
import type { ApiScript } from './fake-api/script.ts';
import { requireGuardSupport } from './guard/guard-support.ts';
import { describeProcess, isAlive, readProcess, type ProcessIdentity } from './guard/process-state.ts';
import { trackProcesses, type ProcessTracker, type TrackProcessesOptions } from './guard/track-processes.ts';
import { untilGone } from './guard/until-gone.ts';

/** What a matcher about a process is asked of: a pid, a remembered process, or a child with its pid. */
export type ProcessSubject = number | ProcessIdentity | { readonly pid?: number | undefined };

interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** Undefined stands for a child that never started. */
function targetOf(subject: unknown): number | ProcessIdentity | undefined {
  if (typeof subject === 'number') return subject;
  if (typeof subject === 'object' && subject !== null) {
    const { pid, startTime } = subject as Partial<ProcessIdentity>;
    if (typeof pid === 'number') return typeof startTime === 'string' ? { pid, startTime } : pid;
    if ('pid' in subject) return undefined;
  }
  throw new TypeError('Expected a pid, a process identity or a child process: `expect(child.pid).toBeGone()`.');
}

function about(target: number | ProcessIdentity | undefined): string {
  if (target === undefined) return 'a child that never started';
  const pid = typeof target === 'number' ? target : target.pid;
  const state = readProcess(pid);
  return state === undefined ? `pid ${pid}` : describeProcess(state);
}

function result(gone: boolean, pass: boolean, target: number | ProcessIdentity | undefined, when: string): MatcherResult {
  return {
    pass,
    message: () => `expected the process ${pass ? 'not ' : ''}to be ${when}, but it ${gone ? 'has gone' : 'lives'}: ${about(target)}`,
  };
}

/** The matchers that importing this module adds to vitest's `expect`. */
export const processMatchers = Object.freeze({
  toBeGone(subject: unknown): MatcherResult {
    requireGuardSupport();
    const target = targetOf(subject);
    const gone = target === undefined || !isAlive(target);
    return result(gone, gone, target, 'gone');
  },
  toBeAlive(subject: unknown): MatcherResult {
    requireGuardSupport();
    const target = targetOf(subject);
    const gone = target === undefined || !isAlive(target);
    return result(gone, !gone, target, 'alive');
  },
  async toBeGoneWithin(subject: unknown, withinMs: number): Promise<MatcherResult> {
    const target = targetOf(subject);
    const gone = target === undefined || (await untilGone(target, { withinMs }));
    return result(gone, gone, target, `gone within ${withinMs} ms`);
  },
});

expect.extend({ ...processMatchers });

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-unused-vars -- has to read as vitest's own declaration does
  interface Matchers<T = any> {
    /** The process does not run now. A zombie is gone. */
    toBeGone(): void;
    /** The process runs now. */
    toBeAlive(): void;
    /** The process stops running within so many milliseconds of real time. */
    toBeGoneWithin(withinMs: number): Promise<void>;
  }
}

/**
 * Fails each test of the file, or of the surrounding `describe`, that leaves a process behind, and ends that process. Call it first: hooks run in reverse
 * order at the end, so that what the test's own hooks clean up is cleaned up before. Tests that run concurrently in one file would be blamed for each other.
 *
 * Returns the tracker of the running test.
 *
 * @example
 * const tracker = useProcessGuard();
 * it('starts something', () => spawn('server', [], { env: { ...tracker().env } }));
 */
export function useProcessGuard(options: TrackProcessesOptions = {}): () => ProcessTracker {
  let tracker: ProcessTracker | undefined;
  beforeEach(() => {
    tracker = trackProcesses(options);
  });
  afterEach(async () => {
    const ending = tracker;
    tracker = undefined;
    await ending?.[Symbol.asyncDispose]();
  });
  return () => {
    if (tracker === undefined)
      throw new Error('No test is running: call the function that useProcessGuard() returned inside a test or a hook.');
    return tracker;
  };
}

/**
 * Starts a fake Messages API before each test and closes it after it. A function as the script makes a new one for each test.
 *
 * @example
 * const api = useFakeApi({ steps: [{ kind: 'text', text: 'hello' }] });
 * it('asks once', async () => { ...; expect(api().turns).toHaveLength(1); });
 */
export function useFakeApi(script: ApiScript | (() => ApiScript) = {}): () => FakeApi {
  let api: FakeApi | undefined;
  beforeEach(async () => {
    api = await startFakeApi(typeof script === 'function' ? script() : script);
  });
  afterEach(async () => {
    const ending = api;
    api = undefined;
    await ending?.close();
  });
  return () => {
    if (api === undefined) throw new Error('No test is running: call the function that useFakeApi() returned inside a test or a hook.');
    return api;
  };
}
