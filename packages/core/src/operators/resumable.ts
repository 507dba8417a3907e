import { Observable, Subject, type Subscriber, Subscription, timer } from 'rxjs';
import { ClosedError } from '../errors/closed-error.ts';
import { ConfigError } from '../errors/config-error.ts';

const longestTimerMs = 2_147_483_647;

/** Options of {@link resumable}. */
export interface ResumableOptions {
  /** What becomes of the run when its last subscriber has gone: it is stopped, goes on, or is stopped unless somebody is back in time. @defaultValue 'stop' */
  readonly onLastUnsubscribe?: 'stop' | 'keep' | { readonly graceMs: number };
  /** How long the run may go on with nobody subscribed, in milliseconds, whatever else was asked for; `Infinity` for no limit. @defaultValue 3600000 (1 hour) */
  readonly maxUnattendedMs?: number;
  /** Items that are kept for those who come late or come back. @defaultValue 10000 */
  readonly maxKept?: number;
}

/** One item of a run with its number, or how many items before it are not kept any more. */
export type Numbered<T> =
  | { readonly kind: 'item'; /** Counted from 1. */ readonly sequence: number; readonly value: T }
  | { readonly kind: 'gap'; /** Number of the last item that is missing. */ readonly sequence: number; readonly missed: number };

/** A run that outlives its subscribers. */
export interface Resumable<T> {
  /**
   * The items after that number, those that are kept at once, then each as it comes; then the end of the run. The first subscription starts it.
   * @param sequence the last number that the subscriber has seen. @defaultValue 0, from the beginning
   */
  after(sequence?: number): Observable<Numbered<T>>;
  /** Number of the newest item. */
  readonly sequence: number;
  readonly state: 'idle' | 'running' | 'ended';
  /** Ends the run. Subscribers get a ClosedError. Idempotent. */
  stop(): void;
}

function checkNumber(option: string, value: number, what: string): number {
  if (value >= 0) return value;
  throw new ConfigError({ code: 'INVALID_OPTION', option, message: `The option ${option} must be ${what}, 0 or more.` });
}

function graceOf(policy: NonNullable<ResumableOptions['onLastUnsubscribe']>): number {
  if (policy === 'stop') return 0;
  if (policy === 'keep') return Infinity;
  return checkNumber('onLastUnsubscribe.graceMs', policy.graceMs, 'a number of milliseconds');
}

/**
 * Separates the life of a run from the life of a subscription. A web client that reloads comes back with the number of the last item that it saw and gets the
 * others exactly once; one that stays away does not leave an agent running for ever.
 * @throws ConfigError `INVALID_OPTION`
 */
export function resumable<T>(source: Observable<T>, options: ResumableOptions = {}): Resumable<T> {
  const { onLastUnsubscribe: policy = 'stop' } = options;
  const maxKept = checkNumber('maxKept', options.maxKept ?? 10_000, 'a number of items');
  const maxUnattendedMs = checkNumber('maxUnattendedMs', options.maxUnattendedMs ?? 3_600_000, 'a number of milliseconds');
  const aloneMs = Math.min(graceOf(policy), maxUnattendedMs);
  const live = new Subject<Numbered<T>>();
  const kept: Numbered<T>[] = [];
  let head = 0;
  let sequence = 0;
  let subscribers = 0;
  let run: Subscription | undefined;
  let ended: { readonly cause?: unknown } | undefined;
  let alone: Subscription | undefined;

  function end(outcome: { readonly cause?: unknown }): void {
    if (ended !== undefined) return;
    ended = outcome;
    alone?.unsubscribe();
    run?.unsubscribe();
    if ('cause' in outcome) live.error(outcome.cause);
    else live.complete();
  }

  function stopped(why: string): void {
    end({ cause: new ClosedError({ code: 'CLOSED', message: `The run was stopped ${why}. Start another one.` }) });
  }

  function take(value: T): void {
    const item: Numbered<T> = { kind: 'item', sequence: ++sequence, value };
    kept.push(item);
    if (kept.length - head > maxKept) head++;
    // Shifting one at a time is quadratic once the list is long.
    if (head > 1024 && head * 2 > kept.length) {
      kept.splice(0, head);
      head = 0;
    }
    live.next(item);
  }

  function start(): void {
    run = new Subscription();
    run.add(source.subscribe({ next: take, error: (cause: unknown) => end({ cause }), complete: () => end({}) }));
  }

  function leave(): void {
    subscribers--;
    if (subscribers > 0 || ended !== undefined) return;
    if (aloneMs === 0) return stopped('when its last subscriber left');
    // A longer delay makes Node's timers fire at once.
    if (aloneMs !== Infinity)
      alone = timer(Math.min(aloneMs, longestTimerMs)).subscribe(() => stopped(`because nobody was subscribed for ${aloneMs} ms`));
  }

  /** Gives what is kept. What comes in meanwhile is kept as well, and found by its number: nothing is given twice, nothing left out. */
  function replay(seen: number, subscriber: Subscriber<Numbered<T>>): void {
    const oldest = sequence - (kept.length - head) + 1;
    const missed = oldest - 1 - seen;
    if (missed > 0) subscriber.next({ kind: 'gap', sequence: oldest - 1, missed });
    for (let next = Math.max(seen + 1, oldest); next <= sequence && !subscriber.closed; next++) {
      const item = kept[kept.length - 1 - (sequence - next)];
      if (item !== undefined) subscriber.next(item);
    }
  }

  return {
    after: (seen = 0) =>
      new Observable<Numbered<T>>((subscriber) => {
        checkNumber('sequence', seen, 'the number of an item');
        subscribers++;
        alone?.unsubscribe();
        subscriber.add(leave);
        if (run === undefined) start();
        replay(seen, subscriber);
        if (ended === undefined) subscriber.add(live.subscribe(subscriber));
        else if ('cause' in ended) subscriber.error(ended.cause);
        else subscriber.complete();
      }),
    get sequence() {
      return sequence;
    },
    get state() {
      return ended !== undefined ? 'ended' : run === undefined ? 'idle' : 'running';
    },
    stop: () => stopped('by its owner'),
  };
}
