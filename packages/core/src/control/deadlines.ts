import { longestTimerMs } from './deadline.ts';

/** Deadlines of many things that nearly always end before. */
export interface Deadlines<K> {
  /** Sets the deadline of a key. One that no timer can hold is none. */
  set(key: K, timeoutMs: number): void;
  clear(key: K): void;
  /** Forgets all. */
  clearAll(): void;
}

/**
 * One timer for all deadlines: setting and clearing a timer for each of thousands of requests a second costs more than the requests. It is armed for the
 * earliest deadline that was ever asked for and looks again when it fires. It keeps the host alive only while something waits.
 */
export function createDeadlines<K>(onDue: (key: K) => void): Deadlines<K> {
  const dueAt = new Map<K, number>();
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
    for (const [key, at] of [...dueAt]) if (at <= now + 1 && dueAt.delete(key)) onDue(key);
    let earliest = Infinity;
    for (const at of dueAt.values()) earliest = Math.min(earliest, at);
    if (earliest < armedFor) arm(earliest);
  }

  return {
    set(key, timeoutMs) {
      if (timeoutMs > longestTimerMs) return;
      const at = performance.now() + timeoutMs;
      dueAt.set(key, at);
      if (at < armedFor) arm(at);
      else if (dueAt.size === 1) timer?.ref();
    },
    clear(key) {
      if (dueAt.delete(key) && dueAt.size === 0) timer?.unref();
    },
    clearAll() {
      dueAt.clear();
      clearTimeout(timer);
      timer = undefined;
      armedFor = Infinity;
    },
  };
}
