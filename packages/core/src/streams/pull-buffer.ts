/** What a full buffer does: stop its source, forget its oldest items, or end with an error. */
export type OverflowPolicy = 'pause' | 'drop-oldest' | 'fail';

/** Options of {@link createPullBuffer}. */
export interface PullBufferOptions {
  /** Weight at which the buffer is full. */
  readonly highWaterMark: number;
  readonly onOverflow: OverflowPolicy;
  /** The buffer became full, or half empty again. Only with `pause`. */
  readonly onFull: (full: boolean) => void;
  /** So many items were dropped since the last one that was read. Called when the next one is read. Only with `drop-oldest`. */
  readonly onGap: (dropped: number) => void;
  /** The error that a reader gets. Only with `fail`. */
  readonly overflow: () => unknown;
  /** The reader is not interested any more, or has read everything. */
  readonly onDone: () => void;
}

/** A queue between a source that pushes and a reader that pulls. */
export interface PullBuffer<T> {
  push(value: T, weight: number): void;
  /** No more items. What is buffered can still be read, then comes the failure, if any. */
  end(failure?: { readonly cause: unknown }): void;
  readonly iterator: AsyncIterableIterator<T>;
}

interface Waiter<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (cause: unknown) => void;
}

const done = { done: true, value: undefined } as const;
const compactAt = 1024;

/**
 * A bounded queue, counted in weight because messages lie between 300 bytes and 32 MB. Items leave by a moving head: shifting an array is quadratic once
 * it is long.
 */
export function createPullBuffer<T>(options: PullBufferOptions): PullBuffer<T> {
  const { highWaterMark, onOverflow } = options;
  // Two lists and no pairs: what waits outlives a collection of young garbage, and each object less is one less to move.
  let items: (T | undefined)[] = [];
  let weights: number[] = [];
  let head = 0;
  let weight = 0;
  let full = false;
  let dropped = 0;
  let ended: { readonly failure?: { readonly cause: unknown } | undefined } | undefined;
  let left = false;
  const waiters: Waiter<T>[] = [];

  const length = (): number => items.length - head;

  /** Only when there is one. */
  function shift(): T {
    const item = items[head] as T;
    items[head] = undefined;
    weight -= weights[head++] ?? 0;
    if (head === items.length) empty();
    else if (head > compactAt && head * 2 > items.length) {
      items = items.slice(head);
      weights = weights.slice(head);
      head = 0;
    }
    return item;
  }

  function empty(): void {
    items.length = 0;
    weights.length = 0;
    head = 0;
    weight = 0;
  }

  function mark(): void {
    const now = full ? weight > highWaterMark / 2 : weight >= highWaterMark;
    if (now === full) return;
    full = now;
    if (onOverflow === 'pause') options.onFull(full);
  }

  function leave(): void {
    if (left) return;
    left = true;
    empty();
    mark();
    options.onDone();
  }

  function finish(waiter: Waiter<T>): void {
    const failure = ended?.failure;
    if (ended !== undefined) ended = {};
    leave();
    if (failure === undefined) waiter.resolve(done);
    else waiter.reject(failure.cause);
  }

  function end(failure?: { readonly cause: unknown }): void {
    if (ended !== undefined) return;
    ended = { failure };
    for (const waiter of waiters.splice(0)) finish(waiter);
  }

  function makeRoom(): void {
    if (onOverflow === 'fail' && weight > highWaterMark) {
      empty();
      end({ cause: options.overflow() });
    }
    if (onOverflow !== 'drop-oldest') return;
    while (weight > highWaterMark && length() > 1) {
      shift();
      dropped++;
    }
  }

  function take(): IteratorResult<T, undefined> | undefined {
    if (length() === 0) return undefined;
    const value = shift();
    if (dropped > 0) {
      options.onGap(dropped);
      dropped = 0;
    }
    mark();
    return { done: false, value };
  }

  return {
    push(value, itemWeight) {
      if (ended !== undefined || left) return;
      const waiter = waiters.shift();
      if (waiter !== undefined) {
        waiter.resolve({ done: false, value });
        return;
      }
      items.push(value);
      weights.push(itemWeight);
      weight += itemWeight;
      makeRoom();
      mark();
    },
    end,
    iterator: {
      next() {
        const taken = take();
        if (taken !== undefined) return Promise.resolve(taken);
        return new Promise((resolve, reject) => {
          const waiter = { resolve, reject };
          if (ended !== undefined || left) finish(waiter);
          else waiters.push(waiter);
        });
      },
      return() {
        leave();
        for (const waiter of waiters.splice(0)) waiter.resolve(done);
        return Promise.resolve(done);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    },
  };
}
