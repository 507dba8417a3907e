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
  const pending = new Set<(cause: unknown) => void>();
  let failure: { readonly cause: unknown } | undefined;
  let ending: Promise<void> | undefined;

  function fail(cause: unknown): void {
    failure ??= { cause };
    for (const reject of [...pending]) reject(failure.cause);
  }

  function breakDown(error: Error): void {
    setTimeout(() => fail(options.explain(error)), options.causeWithinMs).unref();
  }

  writable.on('error', breakDown);

  function start(call: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const giveUp = (cause: unknown): void => {
        pending.delete(giveUp);
        reject(cause);
      };
      pending.add(giveUp);
      call((error) => {
        if (!pending.has(giveUp)) return;
        if (error instanceof Error) return breakDown(error);
        pending.delete(giveUp);
        resolve();
      });
    });
  }

  return {
    write(data) {
      if (failure !== undefined) return Promise.reject(failure.cause);
      return start((done) => writable.write(data, done));
    },
    end() {
      if (failure !== undefined || writable.destroyed) return Promise.resolve();
      ending ??= start((done) => writable.end(done)).catch(() => undefined);
      return ending;
    },
    fail,
  };
}
