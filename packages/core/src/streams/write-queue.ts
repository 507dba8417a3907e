import type { Writable } from 'node:stream';
import { type Observable, ReplaySubject } from 'rxjs';

/** Writes that are done one after the other, each resolved when its bytes were handed to the operating system. */
export interface WriteQueue {
  /** Resolves when flushed. Rejects with what `fail` was given, or with the stream's own error. */
  write(data: string | Uint8Array): Promise<void>;
  /**
   * Writes ASCII without a receipt, which would cost more than a short write does. What breaks the stream later comes from `broken$`.
   * @throws what `fail` was given, or the stream's own error
   */
  post(ascii: string): void;
  /** What broke the stream, unless `fail` brought a cause before; replayed. */
  readonly broken$: Observable<unknown>;
  /** Ends the stream after everything that was written. Resolves when flushed, or at once when the stream has gone. */
  end(): Promise<void>;
  /** Rejects every pending and every later write. The first cause stays. */
  fail(cause: unknown): void;
}

/** Options of {@link createWriteQueue}. */
export interface WriteQueueOptions {
  /** Turns the stream's own error into the one that callers get. */
  readonly explain: (error: Error) => unknown;
  /** How long a broken pipe waits for `fail()` to bring the true cause, the process's end, in milliseconds. */
  readonly causeWithinMs: number;
}

/**
 * A queue over a child's stdin. Its error listener is attached before the first write and stays: a write to a process that has just died fails
 * asynchronously, and an unheard `error` event ends the host.
 */
export function createWriteQueue(writable: Writable, options: WriteQueueOptions): WriteQueue {
  // A stream calls back in the order of its writes, so the first waiter is always the one that is meant.
  const waiting: { readonly resolve: () => void; readonly reject: (cause: unknown) => void }[] = [];
  const broken = new ReplaySubject<unknown>(1);
  let failure: { readonly cause: unknown } | undefined;
  let ending: Promise<void> | undefined;

  function fail(cause: unknown): void {
    failure ??= { cause };
    for (const { reject } of waiting.splice(0)) reject(failure.cause);
  }

  function breakDown(error: Error): void {
    const give = (): void => {
      if (failure !== undefined) return;
      const cause = options.explain(error);
      fail(cause);
      broken.next(cause);
    };
    setTimeout(give, options.causeWithinMs).unref();
  }

  function flushed(error?: Error | null): void {
    if (error instanceof Error) breakDown(error);
    else waiting.shift()?.resolve();
  }

  writable.on('error', breakDown);

  return {
    write(data) {
      if (failure !== undefined) return Promise.reject(failure.cause);
      return new Promise<void>((resolve, reject) => {
        waiting.push({ resolve, reject });
        writable.write(data, flushed);
      });
    },
    post(ascii) {
      if (failure !== undefined) throw failure.cause;
      // A stream that has gone without an error says nothing to a write without a callback.
      if (writable.destroyed) breakDown(new Error('The stream is closed.'));
      // One byte for each character: no encoder has to look at them.
      else writable.write(ascii, 'latin1');
    },
    broken$: broken.asObservable(),
    end() {
      if (failure !== undefined || writable.destroyed) return Promise.resolve();
      ending ??= new Promise<void>((resolve) => {
        waiting.push({ resolve, reject: () => resolve() });
        writable.end(flushed);
      });
      return ending;
    },
    fail,
  };
}
