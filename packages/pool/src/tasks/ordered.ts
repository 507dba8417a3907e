/** Puts what comes in any order back into the order of its numbers, which begin with 0 and leave none out. */
export interface Ordered<T> {
  /** What waits for an earlier one. */
  readonly held: number;
  /** The number that is waited for. */
  readonly next: number;
  /** Takes one in; returns those that can go on, in order. */
  push(index: number, item: T): readonly T[];
}

export function createOrdered<T>(): Ordered<T> {
  const early = new Map<number, T>();
  let next = 0;
  return {
    get held() {
      return early.size;
    },
    get next() {
      return next;
    },
    push(index, item) {
      early.set(index, item);
      const ready: T[] = [];
      for (let found = early.get(next); early.has(next); found = early.get(next)) {
        ready.push(found as T);
        early.delete(next);
        next += 1;
      }
      return ready;
    },
  };
}
