import { Observable, type Subscriber } from 'rxjs';

/** A stream that is pushed into, for any number of subscribers; nothing is held for later ones but its end. */
export interface Hot<T> {
  readonly stream$: Observable<T>;
  next(value: T): void;
  error(cause: unknown): void;
  complete(): void;
}

/**
 * What a Subject is, with a list that is copied when somebody comes or goes and not looked after for each value: between two processes on one core, each
 * function that a value passes costs a miss of the cache.
 */
export function createHot<T>(): Hot<T> {
  let subscribers: readonly Subscriber<T>[] = [];
  let ended: ((subscriber: Subscriber<T>) => void) | undefined;

  function end(how: (subscriber: Subscriber<T>) => void): void {
    if (ended !== undefined) return;
    ended = how;
    const last = subscribers;
    subscribers = [];
    for (const subscriber of last) how(subscriber);
  }

  return {
    stream$: new Observable<T>((subscriber) => {
      if (ended !== undefined) {
        ended(subscriber);
        return undefined;
      }
      subscribers = [...subscribers, subscriber];
      return () => {
        subscribers = subscribers.filter((other) => other !== subscriber);
      };
    }),
    next(value) {
      for (const subscriber of subscribers) subscriber.next(value);
    },
    error: (cause) => end((subscriber) => subscriber.error(cause)),
    complete: () => end((subscriber) => subscriber.complete()),
  };
}
