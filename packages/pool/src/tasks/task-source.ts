import type { AgentTask } from './types.ts';

/** Where tasks come from. */
export interface TaskSource {
  /** All tasks, where they are all there; undefined: they have to be asked for one by one. */
  readonly all: readonly AgentTask[] | undefined;
  /** The next task, or undefined at the end. Asked only when the one before has come. */
  next(): Promise<AgentTask | undefined>;
  /** Says that no more are wanted. Waits for nobody: a source that is waited for may never answer. */
  stop(): void;
}

type Tasks = Iterable<AgentTask> | AsyncIterable<AgentTask>;

function isWhole(tasks: Tasks): tasks is Iterable<AgentTask> {
  return Array.isArray(tasks) || tasks instanceof Set || (tasks instanceof Map && Symbol.iterator in tasks);
}

/** Arrays and sets are known as a whole before anything starts; anything else may be endless, and is asked for one task at a time. */
export function openTaskSource(tasks: Tasks): TaskSource {
  if (isWhole(tasks)) return { all: [...tasks], next: () => Promise.resolve(undefined), stop: () => {} };
  const open = (): Iterator<AgentTask> | AsyncIterator<AgentTask> =>
    Symbol.asyncIterator in tasks ? tasks[Symbol.asyncIterator]() : (tasks as Iterable<AgentTask>)[Symbol.iterator]();
  let iterator: Iterator<AgentTask> | AsyncIterator<AgentTask> | undefined;
  let isOver = false;
  return {
    all: undefined,
    async next() {
      if (isOver) return undefined;
      iterator ??= open();
      const { value, done } = (await iterator.next()) as IteratorResult<AgentTask, unknown>;
      if (done !== true) return value;
      isOver = true;
      return undefined;
    },
    stop() {
      if (isOver || iterator === undefined) return;
      isOver = true;
      try {
        void Promise.resolve(iterator.return?.()).catch(() => {});
      } catch {
        // What a source says at its end changes nothing about the run.
      }
    },
  };
}
