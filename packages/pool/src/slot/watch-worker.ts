import { Subscription, type Observable } from 'rxjs';
import type { PhaseTiming, PressureSignal, Spend, WorkerFactory, WorkerUsage } from '../policy/worker-factory.ts';

/** Where the streams of one worker lead. */
export interface WorkerListeners {
  lost(cause: unknown): void;
  used(usage: WorkerUsage): void;
  pressed(signal: PressureSignal): void;
  spent(spend: Spend): void;
  timed(timing: PhaseTiming): void;
  /** A stream that only informs has failed. */
  fault(cause: unknown): void;
  /** Whether the worker is still the one that is watched: a stream that emits at once may have ended it. */
  isCurrent(): boolean;
}

/** Listens to everything that a worker says of itself. Unsubscribe to stop. */
export function watchWorker<W>(factory: WorkerFactory<W>, worker: W, listeners: WorkerListeners): Subscription {
  const watches = new Subscription();
  const listen = <T>(source: () => Observable<T> | undefined, next: (value: T) => void, error: (cause: unknown) => void): void => {
    if (!listeners.isCurrent()) return;
    try {
      watches.add(source()?.subscribe({ next, error }));
    } catch (cause) {
      error(cause);
    }
  };
  listen(
    () => factory.usageOf?.(worker),
    (usage) => listeners.used(usage),
    (cause) => listeners.fault(cause),
  );
  listen(
    () => factory.pressure$?.(worker),
    (signal) => listeners.pressed(signal),
    (cause) => listeners.fault(cause),
  );
  listen(
    () => factory.spend$?.(worker),
    (spend) => listeners.spent(spend),
    (cause) => listeners.fault(cause),
  );
  listen(
    () => factory.phases$?.(worker),
    (timing) => listeners.timed(timing),
    (cause) => listeners.fault(cause),
  );
  listen(
    () => factory.lost$(worker),
    (cause) => listeners.lost(cause),
    (cause) => listeners.lost(cause),
  );
  return watches;
}
