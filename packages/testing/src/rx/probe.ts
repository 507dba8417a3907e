import { asyncScheduler, Subject, type Observable, type SchedulerLike } from 'rxjs';
import { ProbeError } from './probe-error.ts';

/** One thing that an observable did. */
export type ProbeEntry<T> =
  | { readonly kind: 'next'; readonly atMs: number; readonly value: T }
  | { readonly kind: 'error'; readonly atMs: number; readonly error: unknown }
  | { readonly kind: 'complete'; readonly atMs: number };

/** How a probe looks at an observable. */
export interface ProbeOptions {
  /**
   * Whose clock gives the times. Inside a marble test the default runs in virtual time.
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike;
}

/** How long a probe waits. */
export interface ProbeWaitOptions {
  /**
   * Milliseconds before the wait rejects with `PROBE_TIMEOUT`.
   * @defaultValue 2000
   */
  readonly withinMs?: number;
}

/** A subscriber that remembers everything. Errors are recorded and never thrown. */
export interface Probe<T> extends Disposable {
  /** Everything in order; `atMs` counts from the subscription. */
  readonly entries: readonly ProbeEntry<T>[];
  readonly values: readonly T[];
  /** The error, if that is how it ended. */
  readonly error: unknown;
  readonly state: 'open' | 'completed' | 'errored' | 'unsubscribed';
  /**
   * Resolves with the values so far as soon as there are so many, or as soon as one of them satisfies the predicate.
   * Rejects with `PROBE_TIMEOUT`, or with `PROBE_ENDED` when the observable ends before; both say what came instead.
   */
  until(enough: number | ((value: T) => boolean), options?: ProbeWaitOptions): Promise<readonly T[]>;
  /** Resolves with all values when the observable has completed or failed; rejects with `PROBE_TIMEOUT` when it does not. */
  settled(options?: ProbeWaitOptions): Promise<readonly T[]>;
  unsubscribe(): void;
}

/** Calls back after real time, whatever a test has put in the place of the global timers later. */
const { setTimeout: startTimeout, clearTimeout: stopTimeout } = globalThis;

/**
 * Subscribes at once and records values, error and completion with their times.
 *
 * @example
 * using messages = probe(session.messages$);
 * await messages.until((message) => message.type === 'result');
 */
export function probe<T>(source: Observable<T>, options: ProbeOptions = {}): Probe<T> {
  const scheduler = options.scheduler ?? asyncScheduler;
  const startedAt = scheduler.now();
  const entries: ProbeEntry<T>[] = [];
  const values: T[] = [];
  const changes = new Subject<void>();
  let state: Probe<T>['state'] = 'open';
  let error: unknown;

  const note = (entry: ProbeEntry<T>, next: Probe<T>['state']): void => {
    entries.push(entry);
    state = next;
    changes.next();
  };
  const subscription = source.subscribe({
    next: (value) => {
      values.push(value);
      note({ kind: 'next', atMs: scheduler.now() - startedAt, value }, 'open');
    },
    error: (cause: unknown) => {
      error = cause;
      note({ kind: 'error', atMs: scheduler.now() - startedAt, error: cause }, 'errored');
    },
    complete: () => {
      note({ kind: 'complete', atMs: scheduler.now() - startedAt }, 'completed');
    },
  });

  /** `done` decides after each change; undefined means that the wait goes on. */
  const wait = (what: string, done: () => 'yes' | 'never' | undefined, withinMs = 2000): Promise<readonly T[]> =>
    new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        stopTimeout(timer);
        watching.unsubscribe();
        settle();
      };
      const timer = startTimeout(() => {
        finish(() => {
          reject(new ProbeError('PROBE_TIMEOUT', `Waited ${withinMs} ms for ${what}.`, entries));
        });
      }, withinMs);
      const look = (): void => {
        const verdict = done();
        if (verdict === undefined) return;
        finish(() => {
          if (verdict === 'yes') resolve([...values]);
          else reject(new ProbeError('PROBE_ENDED', `It was over before ${what}.`, entries, error));
        });
      };
      const watching = changes.subscribe(look);
      look();
    });

  const unsubscribe = (): void => {
    if (state !== 'open') return;
    subscription.unsubscribe();
    state = 'unsubscribed';
    changes.next();
  };

  return {
    entries,
    values,
    get error() {
      return error;
    },
    get state() {
      return state;
    },
    until(enough, { withinMs } = {}) {
      const reached = typeof enough === 'number' ? () => values.length >= enough : () => values.some((value) => enough(value));
      const what = typeof enough === 'number' ? `${enough} values` : 'a value that satisfies the predicate';
      return wait(what, () => (reached() ? 'yes' : state === 'open' ? undefined : 'never'), withinMs);
    },
    settled({ withinMs } = {}) {
      return wait('its end', () => (state === 'open' ? undefined : state === 'unsubscribed' ? 'never' : 'yes'), withinMs);
    },
    unsubscribe,
    [Symbol.dispose]: unsubscribe,
  };
}
