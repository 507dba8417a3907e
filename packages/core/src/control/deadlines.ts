/** Watches the deadlines of things that nearly always end before. */
export interface Deadlines {
  /** Something was added that is due at that time of `performance.now()`; `Infinity` for never. */
  added(dueAt: number): void;
  /** Watches no longer. */
  stop(): void;
}

/** What has deadlines, by key. */
interface Deadlined<K> {
  entries(): Iterable<[K, { readonly dueAt: number }]>;
  has(key: K): boolean;
}

/**
 * One timer for all deadlines: setting and clearing a timer for each of thousands of requests a second costs more than the requests. It is armed for the
 * earliest deadline that was ever added, and looks again at what is left when it fires: what ends in time costs nothing. It keeps the host alive until then,
 * which a process with requests under way does as well.
 */
export function createDeadlines<K>(items: Deadlined<K>, onDue: (key: K) => void): Deadlines {
  let timer: NodeJS.Timeout | undefined;
  let armedFor = Infinity;

  function arm(at: number): void {
    clearTimeout(timer);
    armedFor = at;
    timer = setTimeout(look, Math.max(0, at - performance.now()));
  }

  function look(): void {
    timer = undefined;
    armedFor = Infinity;
    const now = performance.now();
    // Node's timers may fire up to a millisecond early.
    for (const [key, { dueAt }] of [...items.entries()]) if (dueAt <= now + 1 && items.has(key)) onDue(key);
    let earliest = Infinity;
    for (const [, { dueAt }] of items.entries()) earliest = Math.min(earliest, dueAt);
    if (earliest < armedFor) arm(earliest);
  }

  return {
    added(dueAt) {
      if (dueAt < armedFor) arm(dueAt);
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      armedFor = Infinity;
    },
  };
}
