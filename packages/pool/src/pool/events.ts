import { Subject, type Observable } from 'rxjs';
import type { Clock } from '../policy/clock.ts';

/** What can happen to a pool. */
export type PoolEventType =
  | 'worker-starting'
  | 'worker-ready'
  /** A phase of a worker took `durationMs`. */
  | 'worker-timed'
  | 'worker-leased'
  | 'worker-returned'
  | 'worker-retired'
  | 'worker-lost'
  /** A start failed, or a worker died too early; `delayMs` until the next attempt. */
  | 'worker-restarting'
  /** The caller's own factory is asked. */
  | 'worker-fallback'
  /** No start is tried in this place for a while; `cause` is a PoolError with all causes. */
  | 'slot-abandoned'
  /** Leases or starts are held back: by the provider, by the host's memory or load. */
  | 'pool-throttled'
  | 'pool-paused'
  | 'pool-resumed'
  | 'pool-resized'
  | 'pool-reloaded'
  | 'pool-draining'
  | 'pool-closed'
  /** A lease is held for longer than `leakAfterMs`, or was dropped without being ended; `cause` has the stack of its `acquire`. */
  | 'lease-leaked'
  /** A budget was passed; the lease was ended. */
  | 'budget-exceeded'
  /** A worker reported work without saying what it cost. */
  | 'usage-missing'
  /** The host stood still for a while, or was suspended: ages and idle times were set back by `delayMs`. */
  | 'clock-jumped'
  /** A factory broke its word in a way that ended nothing. */
  | 'worker-fault';

/** One thing that happened. */
export interface PoolEvent {
  readonly type: PoolEventType;
  /** Rises by one with each event of this pool. */
  readonly seq: number;
  /** Milliseconds on the pool's own clock. */
  readonly atMs: number;
  readonly slot?: number;
  /** The worker's process. */
  readonly pid?: number;
  readonly key?: string;
  /** The lease that it is about. */
  readonly lease?: number;
  readonly tenant?: string;
  readonly cause?: unknown;
  readonly attempt?: number;
  readonly delayMs?: number;
  /** Of `worker-timed`: what took the time. */
  readonly phase?: string;
  readonly durationMs?: number;
}

/** What is known of an event besides its number and time. */
export type EventBody = { readonly [field in Exclude<keyof PoolEvent, 'seq' | 'atMs'>]: PoolEvent[field] | undefined };

export interface EventSink {
  readonly events$: Observable<PoolEvent>;
  emit(body: Partial<EventBody> & Pick<PoolEvent, 'type'>): void;
  end(): void;
}

export function createEventSink(clock: Clock): EventSink {
  const events = new Subject<PoolEvent>();
  let seq = 0;
  return {
    events$: events.asObservable(),
    emit(body) {
      seq += 1;
      if (!events.observed) return;
      const known = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
      events.next({ ...known, seq, atMs: clock.nowMs() } as PoolEvent);
    },
    end: () => events.complete(),
  };
}
