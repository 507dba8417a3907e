import assert from 'node:assert/strict';
import path from 'node:path';
import { query, SubwireError } from '@subwire/core';
import { ofType } from '@subwire/core/operators';
import { fakeCli } from '@subwire/testing';
import {
  catchError,
  defer,
  finalize,
  from,
  interval,
  lastValueFrom,
  map,
  mergeMap,
  type Observable,
  of,
  retry,
  Subject,
  takeUntil,
  tap,
  throwError,
  timeout,
  timer,
  toArray,
} from 'rxjs';

// Leave these options out, and the installed `claude` is started.
const agent = fakeCli({
  reply: 'looks good',
  faults: [{ name: 'crash-on-input', text: 'crashes-once.ts', times: 1, file: path.resolve('crashes') }],
});
const counts = { started: 0, running: 0, mostAtOnce: 0 };

interface Review {
  readonly file: string;
  readonly said: string;
}

function review(file: string): Observable<Review> {
  const answer$ = defer(() => {
    counts.started += 1;
    counts.running += 1;
    counts.mostAtOnce = Math.max(counts.mostAtOnce, counts.running);
    return query(`Review ${file}.`, agent).pipe(finalize(() => (counts.running -= 1)));
  });
  // Whatever unsubscribes ends the agent with everything that it has started: timeout, retry, takeUntil.
  return answer$.pipe(
    timeout({ first: 20_000, each: 3_000 }),
    retry({ count: 2, delay: (error) => (SubwireError.is(error) && error.retryable ? timer(100) : throwError(() => error)) }),
    ofType('result'),
    map(({ result = '' }) => ({ file, said: result })),
    catchError((error: Error) => of({ file, said: error.name })),
  );
}

const silent = 'silent.ts <<fake {"kind":"hang"}>>';
const files = ['a.ts', 'b.ts', 'crashes-once.ts', silent, 'c.ts', 'd.ts'];
const reviews = await lastValueFrom(from(files).pipe(mergeMap(review, 4), toArray()));

const said = Object.fromEntries(reviews.map((one) => [one.file, one.said]));
assert.equal(reviews.length, files.length);
assert.equal(said['crashes-once.ts'], 'looks good');
assert.equal(said[silent], 'TimeoutError');
assert.deepEqual(counts, { started: files.length + 1, running: 0, mostAtOnce: 4 });

const stop$ = new Subject<void>();
const untilStopped$ = interval(10).pipe(
  mergeMap((number) => review(`${number}.ts`), 4),
  tap(() => stop$.next()),
  takeUntil(stop$),
);
await lastValueFrom(untilStopped$, { defaultValue: undefined });
assert.equal(counts.running, 0);
