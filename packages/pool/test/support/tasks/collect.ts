import type { Observable } from 'rxjs';
import type { TaskEvent, TaskResult } from '../../../src/index.ts';

/** Everything that a run said. */
export interface Collected {
  readonly events: readonly TaskEvent[];
  readonly results: readonly TaskResult[];
  /** What the run ended with; undefined: it completed. */
  readonly error: unknown;
  result(id: string): TaskResult;
}

/** Listens to a run to its end. */
export function collect(run$: Observable<TaskEvent>, onEvent: (event: TaskEvent) => void = () => {}): Promise<Collected> {
  const events: TaskEvent[] = [];
  return new Promise((resolve) => {
    const end = (error?: unknown): void => {
      const results = events.flatMap(({ result }) => (result === undefined ? [] : [result]));
      resolve({
        events,
        results,
        error,
        result(id) {
          const found = results.filter((one) => one.id === id);
          if (found.length !== 1) throw new Error(`Task ${id} has ${found.length} results.`);
          return found[0] as TaskResult;
        },
      });
    };
    run$.subscribe({
      next(event) {
        events.push(event);
        onEvent(event);
      },
      error: end,
      complete: () => end(),
    });
  });
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something holds. */
export async function until(condition: () => boolean, withinMs = 30_000): Promise<void> {
  const limit = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > limit) throw new Error(`Not within ${withinMs} ms: ${String(condition)}`);
    await sleep(5);
  }
}
