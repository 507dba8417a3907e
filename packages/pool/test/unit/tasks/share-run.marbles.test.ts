import { NEVER, of, tap, throwError, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import { shareRun, type SharedEvent } from '../../../src/index.ts';

function marbles(run: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(run);
}
const event = (seq: number, value: string): SharedEvent<string> => ({ type: 'event', seq, event: value });
const values = { a: event(1, 'a'), b: event(2, 'b'), c: event(3, 'c'), d: event(4, 'd') };

test('one who leaves and comes back in time gets what was missed, each event once', () => {
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('-a-b-c-d-|');
    const shared = shareRun(source, { onLastUnsubscribe: { graceMs: 3 } });
    expectObservable(shared.follow(), '^---!').toBe('-a-b', values);
    // c came while nobody listened.
    expectObservable(shared.follow(2), '------^').toBe('------cd-|', values);
    expectSubscriptions(source.subscriptions).toBe('^--------!');
  });
});

test('who does not come back within the grace has the run stopped; without one at once; and never later than the ceiling', () => {
  for (const [onLastUnsubscribe, ceilingMs, stopped] of [
    [{ graceMs: 3 }, 100, '^------!'],
    ['stop', 100, '^---!'],
    ['keep', 5, '^--------!'],
    [{ graceMs: 50 }, 5, '^--------!'],
  ] as const) {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c-d-e-f-g-h-i');
      const shared = shareRun(source, { onLastUnsubscribe, ceilingMs });
      expectObservable(shared.follow(), '^---!').toBe('-a-b', values);
      expectSubscriptions(source.subscriptions).toBe(stopped);
    });
  }
});

test('what is kept no more is told as a gap, and the end is told to late comers as well', () => {
  const shared = shareRun(of('a', 'b', 'c', 'd'), { maxKept: 2 });
  const seen: unknown[] = [];
  shared.follow().subscribe({ next: (item) => seen.push(item) });
  expect(seen).toEqual(Object.values(values));
  const late: unknown[] = [];
  shared.follow(1).subscribe({ next: (item) => late.push(item), complete: () => late.push('end') });
  expect(late).toEqual([{ type: 'gap', from: 2, to: 2 }, values.c, values.d, 'end']);
  const failed = shareRun(throwError(() => new Error('broke')));
  const errors: unknown[] = [];
  for (let round = 0; round < 2; round += 1) failed.follow().subscribe({ error: (error) => errors.push(error) });
  expect(errors).toHaveLength(2);
});

test('several listen to one run; stopping it completes them all, and it is not begun again', () => {
  let starts = 0;
  const shared = shareRun(NEVER.pipe(tap({ subscribe: () => (starts += 1) })));
  let ends = 0;
  for (let round = 0; round < 3; round += 1) shared.follow().subscribe({ complete: () => (ends += 1) });
  expect(shared.listeners).toBe(3);
  shared.stop();
  shared.follow().subscribe({ complete: () => (ends += 1) });
  expect([starts, ends]).toEqual([1, 4]);
});

test('P35 one who is cut off at message 40 of 100 and comes back 5 s later with that number gets 41 to 100, each exactly once', () => {
  marbles(({ cold, flush }) => {
    const seen: number[] = [];
    const later: SharedEvent<string>[] = [];
    const shared = shareRun(cold(`${Array.from({ length: 100 }, () => 'x 99ms').join(' ')} |`), { onLastUnsubscribe: { graceMs: 10_000 } });
    const first = shared.follow().subscribe((item) => {
      if (item.type === 'event') seen.push(item.seq);
      if (seen.length < 40) return;
      first.unsubscribe();
      timer(5_000).subscribe(() => shared.follow(40).subscribe((missed) => later.push(missed)));
    });
    flush();
    expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(later).toEqual(Array.from({ length: 60 }, (_, index) => event(index + 41, 'x')));
  });
});

test.each([{ ceilingMs: -1 }, { maxKept: Number.NaN }, { onLastUnsubscribe: { graceMs: -5 } }])('options are checked: %j', (options) => {
  expect(() => shareRun(NEVER, options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
});
