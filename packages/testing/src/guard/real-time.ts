/**
 * The clock and the timers of this process as they were when this module was loaded. A test may put fake ones in their place later; a guard that waited on
 * those would wait for ever, because a process dies in real time.
 */
const { setTimeout: startTimeout, setInterval: startInterval, clearInterval: stopInterval } = globalThis;
const readClock = process.hrtime.bigint.bind(process.hrtime);

/** Milliseconds on a clock that only goes forward. */
export function nowMs(): number {
  return Number(readClock()) / 1e6;
}

/** Resolves after so many milliseconds of real time. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => startTimeout(resolve, ms));
}

/** Calls back every so many milliseconds, without keeping the process alive, until the returned function is called. */
export function repeat(ms: number, callback: () => void): () => void {
  const timer = startInterval(callback, ms);
  timer.unref();
  return () => {
    stopInterval(timer);
  };
}
