import { Observable } from 'rxjs';
import { createHot } from './hot.ts';

/** A hot stream whose early items wait for the first subscriber. */
export interface HeldSubject<T> {
  /** The stream. The first subscriber gets what was held, at once and in order; later ones get what comes after they subscribed. */
  readonly stream$: Observable<T>;
  /** How many items wait. */
  readonly held: number;
  /** Weight of the item that is being delivered. */
  readonly weight: number;
  next(value: T, weight?: number): void;
  error(cause: unknown): void;
  complete(): void;
}

/**
 * Between the start of a process and the first subscription lie a few ticks in which output may come. Those items are held; a `ReplaySubject`
 * would hold everything for ever. More than `maxHeld` of them end the stream with what `overflow` makes, because memory without bound is worse.
 */
export function holdUntilSubscribed<T>(maxHeld: number, overflow: () => unknown): HeldSubject<T> {
  const live = createHot<T>();
  let waiting: { readonly value: T; readonly weight: number }[] | undefined = [];
  let current = 0;
  let flushing = false;
  let ended: { readonly failed: boolean; readonly cause?: unknown } | undefined;

  function finish(): void {
    if (ended === undefined) return;
    if (ended.failed) live.error(ended.cause);
    else live.complete();
  }

  const stream$ = new Observable<T>((subscriber) => {
    const subscription = live.stream$.subscribe(subscriber);
    if (waiting !== undefined && !flushing) {
      flushing = true;
      // What comes while these are delivered is added at the end, and so stays behind them.
      for (let index = 0; index < waiting.length; index++) {
        const { value, weight } = waiting[index] as { readonly value: T; readonly weight: number };
        current = weight;
        live.next(value);
      }
      waiting = undefined;
      finish();
    }
    return subscription;
  });

  function end(result: { readonly failed: boolean; readonly cause?: unknown }): void {
    if (ended !== undefined) return;
    ended = result;
    if (waiting === undefined) finish();
  }

  return {
    stream$,
    get held() {
      return waiting?.length ?? 0;
    },
    get weight() {
      return current;
    },
    next(value, weight = 0) {
      if (ended !== undefined) return;
      if (waiting === undefined) {
        current = weight;
        live.next(value);
      } else if (!flushing && waiting.length >= maxHeld) end({ failed: true, cause: overflow() });
      else waiting.push({ value, weight });
    },
    error: (cause) => end({ failed: true, cause }),
    complete: () => end({ failed: false }),
  };
}
