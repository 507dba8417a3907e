import { ConfigError } from '@subwire/core';
import { Observable, Subject, timer, type Subscription } from 'rxjs';

/** Options of `shareRun`. */
export interface ShareRunOptions {
  /**
   * What becomes of the run when its last listener leaves: it is stopped, at once or when nobody has come back within `graceMs`, or it goes on.
   * @defaultValue 'stop'
   */
  readonly onLastUnsubscribe?: 'stop' | 'keep' | { readonly graceMs: number };
  /** The longest time that a run goes on without a listener, in milliseconds, whatever else is said; then it is stopped. @defaultValue 3600000 */
  readonly ceilingMs?: number;
  /** Events that are kept for those who come back; older ones are told as a gap. @defaultValue 10000 */
  readonly maxKept?: number;
}

/** What a listener of a shared run gets: an event with its number, from 1, or the numbers of those that are not kept any more. */
export type SharedEvent<T> =
  | { readonly type: 'event'; readonly seq: number; readonly event: T }
  | { readonly type: 'gap'; readonly from: number; readonly to: number };

/** A run whose life does not hang on one listener. */
export interface SharedRun<T> {
  /** The number of the latest event; 0 before the first. */
  readonly lastSeq: number;
  readonly listeners: number;
  /** The events after this number, those of the past first, each once and in order; ends as the run ends. The first call begins the run. */
  follow(after?: number): Observable<SharedEvent<T>>;
  /** Ends the run, whoever listens; their streams complete. */
  stop(): void;
}

const defaults = Object.freeze({ ceilingMs: 3_600_000, maxKept: 10_000 });
const longestDelayMs = 2 ** 31 - 1;

function check(name: string, value: number | undefined): void {
  if (value === undefined || (typeof value === 'number' && value >= 0)) return;
  throw new ConfigError({
    code: 'INVALID_OPTION',
    option: name,
    message: `Option ${name} must be a number of at least 0, and is ${String(value)}.`,
  });
}

/**
 * Lets listeners leave a run and come back to it: a page is loaded again, a connection is lost, and the work neither stops nor runs on for ever.
 * @throws ConfigError `INVALID_OPTION`
 */
export function shareRun<T>(run$: Observable<T>, options: ShareRunOptions = {}): SharedRun<T> {
  const { onLastUnsubscribe = 'stop', ceilingMs = defaults.ceilingMs, maxKept = defaults.maxKept } = options;
  const graceMs =
    onLastUnsubscribe === 'keep' ? ceilingMs : onLastUnsubscribe === 'stop' ? 0 : Math.min(onLastUnsubscribe.graceMs, ceilingMs);
  for (const [name, value] of Object.entries({ ceilingMs, maxKept, graceMs })) check(name, value);
  const live = new Subject<SharedEvent<T>>();
  const kept: SharedEvent<T>[] = [];
  let lastSeq = 0;
  let listeners = 0;
  let run: Subscription | undefined;
  let end: { readonly error?: unknown } | undefined;
  let patience: Subscription | undefined;

  function finish(how: { readonly error?: unknown }): void {
    if (end !== undefined) return;
    end = how;
    patience?.unsubscribe();
    run?.unsubscribe();
    if ('error' in how) live.error(how.error);
    else live.complete();
  }

  function begin(): void {
    run = new Observable<T>((subscriber) => run$.subscribe(subscriber)).subscribe({
      next(event) {
        lastSeq += 1;
        const numbered: SharedEvent<T> = { type: 'event', seq: lastSeq, event };
        kept.push(numbered);
        if (kept.length > maxKept) kept.shift();
        live.next(numbered);
      },
      error: (error: unknown) => finish({ error }),
      complete: () => finish({}),
    });
    // A run that says everything at once has ended before there was anything to end.
    if (end !== undefined) run.unsubscribe();
  }

  function leave(): void {
    listeners -= 1;
    if (listeners > 0 || end !== undefined) return;
    if (graceMs === 0) finish({});
    else patience = timer(Math.min(graceMs, longestDelayMs)).subscribe(() => finish({}));
  }

  return {
    get lastSeq() {
      return lastSeq;
    },
    get listeners() {
      return listeners;
    },
    follow: (after = 0) =>
      new Observable((subscriber) => {
        const oldest = lastSeq - kept.length + 1;
        if (after + 1 < oldest) subscriber.next({ type: 'gap', from: after + 1, to: oldest - 1 });
        for (const numbered of kept.slice(Math.max(0, after + 1 - oldest))) subscriber.next(numbered);
        patience?.unsubscribe();
        listeners += 1;
        subscriber.add(leave);
        subscriber.add(live.subscribe(subscriber));
        if (run === undefined && end === undefined) begin();
      }),
    stop: () => finish({}),
  };
}
