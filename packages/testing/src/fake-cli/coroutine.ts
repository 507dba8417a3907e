/** Starts something and calls `resume` once when it is over; returns how to call it off. */
export type Effect<T = unknown> = (resume: (value: T) => void) => () => void;

/** A sequence of effects written as straight code: `const answer = yield* ask(…)`. Unlike a promise it runs in virtual time and can be thrown into. */
export type Coroutine<T = void> = Generator<Effect, T, unknown>;

/** A coroutine that runs. */
export interface Running {
  readonly done: boolean;
  /** Calls the pending effect off, calls `between`, and throws `reason` into the coroutine, which may still finish its work. */
  interrupt(reason: unknown, between?: () => void): void;
  /** Calls the pending effect off and lets nothing of the coroutine run any more. */
  abandon(): void;
}

/** Waits for an effect and gives its value. */
export function* perform<T>(effect: Effect<T>): Coroutine<T> {
  return (yield effect) as T;
}

/** Waits for several effects that run at once. */
export function* all<T>(effects: readonly Effect<T>[]): Coroutine<readonly T[]> {
  return yield* perform<readonly T[]>((resume) => {
    const values: T[] = [];
    let missing = effects.length;
    if (missing === 0) resume([]);
    const cancels = effects.map((effect, index) =>
      effect((value) => {
        values[index] = value;
        missing -= 1;
        if (missing === 0) resume(values);
      }),
    );
    return () => {
      for (const cancel of cancels) cancel();
    };
  });
}

/** Runs a coroutine until it ends; `onEnd` gets its value. What it throws is thrown to whoever resumed it. */
export function run<T>(coroutine: Coroutine<T>, onEnd: (value: T) => void): Running {
  let done = false;
  let turn = 0;
  let cancel: () => void = () => {};
  const step = (next: () => IteratorResult<Effect, T>): void => {
    const mine = ++turn;
    const result = next();
    // The coroutine's own code may have ended or interrupted it.
    if (done || mine !== turn) return;
    if (result.done === true) {
      done = true;
      onEnd(result.value);
      return;
    }
    let settled = false;
    const started = result.value((value) => {
      if (settled || done || mine !== turn) return;
      settled = true;
      step(() => coroutine.next(value));
    });
    if (mine === turn) cancel = started;
  };
  const callOff = (): void => {
    const pending = cancel;
    cancel = () => {};
    turn += 1;
    pending();
  };
  step(() => coroutine.next());
  return {
    get done() {
      return done;
    },
    interrupt(reason, between) {
      if (done) return;
      callOff();
      between?.();
      step(() => coroutine.throw(reason));
    },
    abandon() {
      if (done) return;
      done = true;
      callOff();
    },
  };
}

/** Makes one effect of a whole coroutine, to be waited for beside others. */
export function asEffect<T>(start: () => Coroutine<T>): Effect<T> {
  return (resume) => {
    const running = run(start(), resume);
    return () => {
      running.abandon();
    };
  };
}
