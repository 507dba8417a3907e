import { concat, concatMap, defer, from, ignoreElements, NEVER, type Observable, of, takeUntil, timer } from 'rxjs';

/** One rung of a ladder: an act, and how long it may take to work. */
export interface Rung<N extends string> {
  readonly name: N;
  /** Does it. The wait starts with the act, however long the act itself takes. */
  readonly act: () => unknown;
  readonly waitMs: number;
}

function attempt(act: () => unknown): void {
  try {
    Promise.resolve(act()).catch(() => undefined);
  } catch {
    // A rung that fails is a rung that did not work: the next one follows after the wait.
  }
}

/**
 * Climbs a ladder until `done$` speaks: emits the name of each rung as it is tried, and completes when `done$` has emitted or when the last rung's
 * wait is over. An act that throws or hangs does not stop the climb. When `hurry$` speaks, the waits of all rungs but the last are cut short.
 */
export function escalate<N extends string>(
  rungs: readonly Rung<N>[],
  done$: Observable<unknown>,
  hurry$: Observable<unknown> = NEVER,
): Observable<N> {
  const climb = (rung: Rung<N>, index: number): Observable<N> =>
    concat(
      defer(() => {
        attempt(rung.act);
        return of(rung.name);
      }),
      timer(rung.waitMs).pipe(ignoreElements(), takeUntil(index === rungs.length - 1 ? NEVER : hurry$)),
    );
  return from(rungs).pipe(concatMap(climb), takeUntil(done$));
}
