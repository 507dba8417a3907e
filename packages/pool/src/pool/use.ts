import { defer, Observable, type ObservableInput, type Subscription } from 'rxjs';
import type { AcquireOptions, Lease } from './types.ts';

/** The `use` of a pool, over its `acquire`. */
export function useWorker<W, R, O extends AcquireOptions>(
  acquire: (options: O & { readonly signal: AbortSignal }) => Promise<Lease<W>>,
  work: (worker: W, lease: Lease<W>) => ObservableInput<R>,
  options: O | undefined,
): Observable<R> {
  return new Observable<R>((subscriber) => {
    const abandoned = new AbortController();
    const signal = options?.signal === undefined ? abandoned.signal : AbortSignal.any([abandoned.signal, options.signal]);
    let inner: Subscription | undefined;
    let held: Lease<W> | undefined;
    let isEmitting = false;

    /** Ends the lease once. An error is passed on only when the worker is gone: a failure that leaves something running is not over. */
    function fail(lease: Lease<W>, cause: unknown): void {
      if (held === undefined) return;
      held = undefined;
      inner?.unsubscribe();
      lease.discard(cause).then(
        () => subscriber.error(cause),
        () => subscriber.error(cause),
      );
    }

    function run(lease: Lease<W>): void {
      if (subscriber.closed) {
        void lease.release();
        return;
      }
      held = lease;
      const onEnd = (): void => fail(lease, signal.aborted ? signal.reason : lease.signal.reason);
      lease.signal.addEventListener('abort', onEnd, { once: true });
      options?.signal?.addEventListener('abort', onEnd, { once: true });
      subscriber.add(() => {
        lease.signal.removeEventListener('abort', onEnd);
        options?.signal?.removeEventListener('abort', onEnd);
      });
      inner = defer(() => work(lease.worker, lease)).subscribe({
        next(value) {
          isEmitting = true;
          subscriber.next(value);
          isEmitting = false;
        },
        error: (cause: unknown) => fail(lease, cause),
        complete() {
          if (held === undefined) return;
          held = undefined;
          void lease.release();
          subscriber.complete();
        },
      });
    }

    function leave(): void {
      const lease = held;
      held = undefined;
      inner?.unsubscribe();
      // In mid-work a worker may do anything with what it was told: nobody else may have it.
      if (lease !== undefined) void lease.discard('unsubscribed');
    }

    acquire({ ...(options as O), signal }).then(run, (cause: unknown) => subscriber.error(cause));
    return () => {
      abandoned.abort();
      // Whoever takes only the first value leaves while it is being emitted; work that ends with that value has ended in good order all the same.
      if (isEmitting) queueMicrotask(leave);
      else leave();
    };
  });
}
