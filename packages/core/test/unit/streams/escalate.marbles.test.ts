import { NEVER, of } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import { escalate, type Rung } from '../../../src/streams/escalate.ts';

function run(body: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body);
}
const rungs = (acts: Record<'e' | 't' | 'k', () => unknown> = { e: () => 0, t: () => 0, k: () => 0 }): readonly Rung<'e' | 't' | 'k'>[] => [
  { name: 'e', act: acts.e, waitMs: 5 },
  { name: 't', act: acts.t, waitMs: 5 },
  { name: 'k', act: acts.k, waitMs: 3 },
];

test('tries each rung, waits, and gives up after the last wait', () => {
  run(({ expectObservable }) => expectObservable(escalate(rungs(), NEVER)).toBe('e----t----k--|'));
});

test('stops climbing when it is done', () => {
  run(({ expectObservable, hot }) => {
    const done = hot('-------d');
    expectObservable(escalate(rungs(), done)).toBe('e----t-|');
  });
});

test('does nothing when it is done before it begins', () => {
  run(({ expectObservable }) => expectObservable(escalate(rungs(), of(0))).toBe('|'));
});

test('an act that throws, rejects or hangs does not stop the climb', () => {
  const acts = {
    e: () => {
      throw new Error('no');
    },
    t: () => Promise.reject(new Error('no')),
    k: () => new Promise(() => undefined),
  };
  run(({ expectObservable }) => expectObservable(escalate(rungs(acts), NEVER)).toBe('e----t----k--|'));
});

test('in a hurry every wait but the last is cut short', () => {
  run(({ expectObservable, hot }) => {
    const done = hot('-----------------------------d');
    expectObservable(escalate(rungs(), done, hot('--h-------'))).toBe('e-t----k--|');
    expectObservable(escalate([{ name: 'k', act: () => 0, waitMs: 4 }], done, hot('-h'))).toBe('k---|');
  });
});
