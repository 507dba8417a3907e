import { firstValueFrom, map, type Observable, of, Subject, take, throwError, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import { type Numbered, resumable, type ResumableOptions } from '@subwire/core/operators';

function run(body: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body);
}

/** An item as its value, a gap as `<` and how many are missing. */
const shown = map((item: Numbered<string>) => (item.kind === 'item' ? item.value : `<${item.missed}`));

/** When the source is unsubscribed from, if the one subscriber leaves after 5 ms. */
function lives(options: ResumableOptions, expected: string): void {
  run(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('-a-b-c-d-e-f-g-h');
    expectObservable(resumable(source, options).after().pipe(shown), '^----!').toBe('-a-b-');
    expectSubscriptions(source.subscriptions).toBe(expected);
  });
}

test('P35 the run ends with its last subscriber, after a grace, or at the ceiling, as was asked for', () => {
  lives({}, '^----!');
  lives({ onLastUnsubscribe: { graceMs: 4 } }, '^--------!');
  lives({ onLastUnsubscribe: 'keep', maxUnattendedMs: 6 }, '^----------!');
  lives({ onLastUnsubscribe: { graceMs: 60 }, maxUnattendedMs: 6 }, '^----------!');
  lives({ onLastUnsubscribe: 'keep', maxUnattendedMs: Infinity }, '^');
});

test('P35 who is back within the grace keeps the run alive, and gets what came meanwhile at once, then the rest', () => {
  run(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('-a-b-c-d----e-(f|)');
    const whole = resumable(source, { onLastUnsubscribe: { graceMs: 6 } });
    expectObservable(whole.after().pipe(shown), '^---!').toBe('-a-b');
    expectObservable(whole.after(2).pipe(shown), '--------^').toBe('--------(cd)e-(f|)');
    expectSubscriptions(source.subscriptions).toBe('^-------------!');
  });
});

async function all<T>(stream: Observable<T>): Promise<T[]> {
  return firstValueFrom(stream.pipe(toArray()));
}

test('P35 gone at message 40 of 100, back later with the cursor 40: messages 41 to 100, each exactly once', async () => {
  const source = new Subject<number>();
  const whole = resumable(source, { onLastUnsubscribe: { graceMs: 60_000 } });
  const first = all(whole.after().pipe(take(40)));
  for (let n = 1; n <= 70; n++) source.next(n);
  const cursor = (await first).at(-1)!.sequence;
  const rest = all(whole.after(cursor));
  for (let n = 71; n <= 100; n++) source.next(n);
  source.complete();
  const values = (await rest).map((item) => (item.kind === 'item' ? [item.sequence, item.value] : item));
  expect(values).toEqual(Array.from({ length: 60 }, (_, index) => [41 + index, 41 + index]));
  expect(whole.state).toBe('ended');
});

test('what is not kept any more is a gap that says how much', async () => {
  const source = new Subject<number>();
  const whole = resumable(source, { maxKept: 1500, onLastUnsubscribe: 'keep' });
  const from = whole.after().subscribe();
  for (let n = 1; n <= 5000; n++) source.next(n);
  from.unsubscribe();
  source.complete();
  const items = await all(whole.after(100));
  expect(items[0]).toEqual({ kind: 'gap', sequence: 3500, missed: 3400 });
  expect(items[1]).toEqual({ kind: 'item', sequence: 3501, value: 3501 });
  expect(items).toHaveLength(1501);
  expect(await all(whole.after(4999))).toEqual([{ kind: 'item', sequence: 5000, value: 5000 }]);
});

test('what comes while the kept items are given out is neither lost nor given twice', () => {
  const source = new Subject<number>();
  const whole = resumable(source, { onLastUnsubscribe: 'keep' });
  whole.after().subscribe();
  for (let n = 1; n <= 3; n++) source.next(n);
  const seen: number[] = [];
  whole.after().subscribe((item) => {
    seen.push(item.sequence);
    if (item.sequence === 2) source.next(4);
    if (item.sequence === 4) source.next(5);
  });
  source.next(6);
  expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
});

test('an end is told to those who come after it: its failure, or why it was stopped', async () => {
  const cause = new Error('no');
  const failed = resumable(throwError(() => cause));
  await expect(all(failed.after())).rejects.toBe(cause);
  await expect(all(failed.after())).rejects.toBe(cause);
  const stopped = resumable(new Subject());
  expect(stopped.state).toBe('idle');
  const waiting = all(stopped.after());
  expect(stopped.state).toBe('running');
  stopped.stop();
  await expect(waiting).rejects.toMatchObject({ code: 'CLOSED', message: 'The run was stopped by its owner. Start another one.' });
  await expect(all(stopped.after())).rejects.toMatchObject({ code: 'CLOSED' });
  expect(await all(resumable(of('a')).after())).toEqual([{ kind: 'item', sequence: 1, value: 'a' }]);
});

test.each([{ maxKept: -1 }, { maxUnattendedMs: Number.NaN }, { onLastUnsubscribe: { graceMs: -1 } }])('%j is refused', (options) => {
  expect(() => resumable(of(1), options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
});
