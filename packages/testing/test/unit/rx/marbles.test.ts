import { AssertionError } from 'node:assert';
import { delay, map, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { marbles } from '../../../src/index.ts';

describe('marbles', () => {
  it(
    'runs an hour in no time',
    marbles(({ expectObservable }) => {
      expectObservable(timer(3_600_000).pipe(map(() => 'late'))).toBe('3600s (a|)', { a: 'late' });
    }),
  );

  it(
    'compares deeply, errors and subscriptions too',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' a-b|', { a: { deep: [1] }, b: { deep: [2] } });
      expectObservable(source.pipe(delay(5))).toBe('5ms a-(b|)', { a: { deep: [1] }, b: { deep: [2] } });
      expectSubscriptions(source.subscriptions).toBe('^--!');
      expectObservable(throwError(() => new Error('no'))).toBe('#', undefined, new Error('no'));
    }),
  );

  it('shows both timelines when they differ', () => {
    const wrong = marbles(({ cold, expectObservable }) => {
      expectObservable(cold('a-b|').pipe(delay(1))).toBe('a-c|', { a: 'a', c: { other: 1 } });
    });
    expect(wrong).toThrow(AssertionError);
    expect(wrong).toThrow(/expected: 0ms a, 2ms \{ other: 1 \}, 3ms \|\n {2}actual: {3}1ms a, 3ms b, 3ms \|/);
  });

  it.each([
    ['a value', () => of(1), '(a|)', { a: 2 }],
    ['an error', () => throwError(() => new Error('one')), '#', undefined],
    ['an end', () => of(1), 'a', { a: 1 }],
  ] as const)('notices %s that differs', (_, source, diagram, values) => {
    expect(
      marbles(({ expectObservable }) => {
        expectObservable(source()).toBe(diagram, values);
      }),
    ).toThrow(AssertionError);
  });

  it('passes on what the test itself throws, and refuses an async test', () => {
    expect(
      marbles(() => {
        throw new RangeError('mine');
      }),
    ).toThrow(RangeError);
    const late: () => unknown = async () => undefined;
    expect(marbles(late)).toThrow(/must not be async/);
  });
});
