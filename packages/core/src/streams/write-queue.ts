import type { Writable } from 'node:stream';

/** Writes that are done one after the other, each resolved when its bytes were handed to the operating system. */
export interface WriteQueue {
  /** Resolves when flushed. Rejects with what `fail` was given, or with the stream's own error. */
  write(data: string): Promise<void>;
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
  let failure: { readonly cause: unknown } | undefined;
  let ending: Promise<void> | undefined;

  function fail(cause: unknown): void {
    failure ??= { cause };
    for (const { reject } of waiting.splice(0)) reject(failure.cause);
  }

  function breakDown(error: Error): void {
    setTimeout(() => fail(options.explain(error)), options.causeWithinMs).unref();
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
