import { runDefaults } from './run-defaults.ts';
import type { Run } from './run.ts';
import type { TaskEvent } from './types.ts';

/**
 * A run at the pace of its reader: while more than a few hundred events wait to be read, no further task is taken or started. Leaving the loop ends the
 * run, and waits until its processes are gone.
 */
export function iterateRun(start: (emit: (event: TaskEvent) => void, isReady: () => boolean) => Run): AsyncIterableIterator<TaskEvent> {
  const events: TaskEvent[] = [];
  let run: Run | undefined;
  let end: { readonly error?: unknown } | undefined;
  let wake: () => void = () => {};

  function begin(): Run {
    const begun = start(
      (event) => {
        events.push(event);
        wake();
      },
      () => events.length < runDefaults.maxAhead,
    );
    begun.over.then(
      () => {
        end ??= {};
        wake();
      },
      (error: unknown) => {
        end ??= { error };
        wake();
      },
    );
    return begun;
  }

  return {
    async next() {
      run ??= begin();
      while (events.length === 0 && end === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const value = events.shift();
      if (value !== undefined) {
        if (events.length === runDefaults.maxAhead - 1) run.pump();
        return { value, done: false };
      }
      const error = end !== undefined && 'error' in end ? end.error : undefined;
      end = {};
      if (error !== undefined) throw error;
      return { value: undefined, done: true };
    },
    async return() {
      run?.stop(new Error('The reader has left the run.'));
      await run?.over.catch(() => {});
      events.length = 0;
      end = {};
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
