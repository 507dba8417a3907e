import { asyncScheduler, type SchedulerLike } from 'rxjs';

/** Runs what it is given later, in order, each `event` in a macrotask of its own; data that follow each other share one. */
export interface EventQueue {
  /** Nothing runs before this. */
  start(): void;
  /** While held nothing runs, as for a stopped process. */
  hold(held: boolean): void;
  add(kind: 'data' | 'event', run: () => void): void;
}

/**
 * A real child's events never arrive inside the call that caused them, and microtasks run between one event and the next. Going through an RxJS
 * scheduler keeps that true under `TestScheduler.run`, under fake timers and in real time.
 */
export function createEventQueue(scheduler: SchedulerLike = asyncScheduler): EventQueue {
  const tasks: { readonly kind: 'data' | 'event'; readonly run: () => void }[] = [];
  let started = false;
  let held = false;
  let scheduled = false;
  const schedule = (): void => {
    if (!started || held || scheduled || tasks.length === 0) return;
    scheduled = true;
    scheduler.schedule(flush);
  };
  function flush(): void {
    scheduled = false;
    if (held) return;
    try {
      let task = tasks.shift();
      while (task !== undefined) {
        task.run();
        task = task.kind === 'data' && tasks[0]?.kind === 'data' ? tasks.shift() : undefined;
      }
    } finally {
      schedule();
    }
  }
  return {
    start() {
      if (started) return;
      started = true;
      schedule();
    },
    hold(next) {
      held = next;
      schedule();
    },
    add(kind, run) {
      tasks.push({ kind, run });
      schedule();
    },
  };
}
