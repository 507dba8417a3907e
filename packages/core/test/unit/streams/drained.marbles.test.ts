import { NEVER, of } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import { drained } from '../../../src/streams/drained.ts';

function run(body: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body);
}
const options = { quietMs: 4, capMs: 12, polled$: of(undefined), paused$: of(false) };

test('ends at once with the pipes', () => {
  run(({ expectObservable, hot }) => expectObservable(drained(NEVER, hot('--e'), options)).toBe('--|'));
});

test('ends after a silence, which every chunk begins anew', () => {
  run(({ expectObservable, hot }) => {
    expectObservable(drained(NEVER, NEVER, options)).toBe('----|');
    expectObservable(drained(hot('--c--c'), NEVER, options)).toBe('---------|');
  });
});

test('a chunk that the event loop finds in its last look begins the silence anew', () => {
  run(({ expectObservable, hot, cold }) => {
    expectObservable(drained(hot('-----c'), NEVER, { ...options, polled$: cold('--p') })).toBe('-----------|');
  });
});

test('ends at the cap when a descendant goes on writing', () => {
  run(({ expectObservable, hot }) => expectObservable(drained(hot('--c--c--c--c--c--c--c'), NEVER, options)).toBe('------------|'));
});

test('no time passes while the pipes are not read on purpose', () => {
  run(({ expectObservable, hot, cold }) => {
    expectObservable(drained(NEVER, NEVER, { ...options, paused$: cold('t-----------------f', { t: true, f: false }) })).toBe(
      '----------------------|',
    );
    expectObservable(drained(NEVER, hot('-----e'), { ...options, paused$: cold('t', { t: true }) })).toBe('-----|');
  });
});
