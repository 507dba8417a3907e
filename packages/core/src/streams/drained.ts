import { concat, ignoreElements, merge, NEVER, Observable, of, switchMap, take, takeUntil, timer } from 'rxjs';

/** Options of {@link drained}. */
export interface DrainOptions {
  /** Silence that counts as empty, in milliseconds. */
  readonly quietMs: number;
  /** The longest wait, in milliseconds. */
  readonly capMs: number;
  /** Emits when pending input of the event loop was given a chance. */
  readonly polled$: Observable<unknown>;
  /** Whether the pipes are not read on purpose; emits its current value at once. No time passes while they are not. */
  readonly paused$: Observable<boolean>;
}

/** One turn of the event loop in which readable pipes are read. */
export const nextPoll$: Observable<void> = new Observable<void>((subscriber) => {
  const immediate = setImmediate(() => {
    subscriber.next();
    subscriber.complete();
  });
  return () => clearImmediate(immediate);
});

/**
 * Completes when a dead process's pipes are empty: at their end, after a silence, or at the cap. A descendant that holds the other end keeps a pipe open
 * for as long as it lives, so its end alone may never come; a silence is only believed after the event loop has looked at the pipes once more, because
 * after a long computation its timers fire first.
 */
export function drained(chunk$: Observable<unknown>, ended$: Observable<unknown>, options: DrainOptions): Observable<never> {
  const { quietMs, capMs, polled$, paused$ } = options;
  const unlessPaused = <T>(wait$: Observable<T>): Observable<T> => paused$.pipe(switchMap((paused) => (paused ? NEVER : wait$)));
  const quiet$ = merge(of(undefined), chunk$).pipe(
    switchMap(() => unlessPaused(concat(timer(quietMs).pipe(ignoreElements()), polled$))),
    take(1),
  );
  return quiet$.pipe(ignoreElements(), takeUntil(merge(ended$, unlessPaused(timer(capMs)))));
}
