import { createWaitQueue, type Waiter } from '../queue/wait-queue.ts';
import { findCycle, refuseCycle, refuseDuplicate } from './check-graph.ts';
import { refuse } from './check-task.ts';
import type { AgentTask } from './types.ts';

/** What the book needs to know of a task. */
export interface Booked {
  readonly task: AgentTask;
  /** Rises with each task of the run. */
  readonly index: number;
}

/** What a settled task means for others: those that can start now, and those that never will. */
export interface Freed<E> {
  readonly ready: readonly E[];
  readonly skipped: readonly E[];
}

/** Bounds of what is kept in mind. */
export interface TaskBookOptions {
  readonly ageingMs: number;
  readonly priority: number;
  readonly maxBlocked: number;
  readonly maxRemembered: number;
}

/** Which tasks wait for others, which can start, and in which order. It has no clock and starts nothing: the same calls always give the same answers. */
export interface TaskBook<E extends Booked> {
  readonly ready: number;
  readonly blocked: number;
  /** Where a task stands; undefined: never heard of, or too long ago. */
  stateOf(id: string): 'open' | 'done' | 'failed' | undefined;
  /**
   * Enters a task that was checked. `blocked`: it waits for others. `skipped`: one of those has failed already. `away`: it is entered, but not to be
   * taken, for its end is known already.
   */
  add(entry: E, nowMs: number, isWanted?: boolean): 'ready' | 'blocked' | 'skipped' | 'away';
  /** Whether `add` would refuse the task. @throws ConfigError `INVALID_OPTION` */
  check(task: AgentTask): void;
  /** Takes the next task that can start. */
  take(): E | undefined;
  /** Puts a taken task back: it is taken before all others, for they may wait for it. */
  putBack(entry: E): void;
  /** Notes the end of a task. */
  settle(id: string, success: boolean): Freed<E>;
  /** Takes out everything that has not been taken. */
  clear(): readonly E[];
  /** Blocked tasks, and what they wait for. */
  waiting(): readonly { readonly entry: E; readonly missing: readonly string[] }[];
}

interface QueuedTask<E> extends Waiter {
  readonly entry: E;
}

interface BlockedTask<E> {
  readonly entry: E;
  readonly missing: Set<string>;
  readonly enqueuedAtMs: number;
}

export function createTaskBook<E extends Booked>(options: TaskBookOptions): TaskBook<E> {
  const queue = createWaitQueue<QueuedTask<E>>({ ageingMs: options.ageingMs, weightOf: () => 1 });
  const anyone = { key: () => true, tenant: () => true };
  const returned: E[] = [];
  const blocked = new Map<string, BlockedTask<E>>();
  const waitingFor = new Map<string, Set<string>>();
  const open = new Set<string>();
  const settled = new Map<string, boolean>();

  function enqueue(entry: E, enqueuedAtMs: number): void {
    const priority = entry.task.priority ?? options.priority;
    queue.add({ id: entry.index, key: '', tenant: '', priority, enqueuedAtMs, entry });
  }

  function block(entry: E, missing: Set<string>, enqueuedAtMs: number): void {
    const { id } = entry.task;
    blocked.set(id, { entry, missing, enqueuedAtMs });
    for (const other of missing) {
      const those = waitingFor.get(other) ?? new Set();
      waitingFor.set(other, those.add(id));
    }
  }

  function unblock(id: string): BlockedTask<E> | undefined {
    const found = blocked.get(id);
    blocked.delete(id);
    for (const other of found?.missing ?? []) {
      const those = waitingFor.get(other);
      those?.delete(id);
      if (those?.size === 0) waitingFor.delete(other);
    }
    return found;
  }

  const missingOf = ({ after = [] }: AgentTask): Set<string> => new Set(after.filter((other) => settled.get(other) !== true));

  function check(task: AgentTask): void {
    const { id } = task;
    const missing = missingOf(task);
    if (open.has(id) || settled.has(id)) refuseDuplicate(id);
    checkCycle(id, missing);
    if (missing.size > 0 && blocked.size >= options.maxBlocked) {
      refuse('after', `More than ${options.maxBlocked} tasks wait for others. Let the source give the tasks that they wait for first.`);
    }
  }

  function checkCycle(id: string, missing: ReadonlySet<string>): void {
    // Only a task that somebody waits for already can close a circle.
    if (!waitingFor.has(id) && !missing.has(id)) return;
    const graph = new Map([...blocked].map(([other, { missing: those }]) => [other, [...those]] as const));
    const cycle = findCycle(new Map<string, readonly string[]>([[id, [...missing]], ...graph]));
    if (cycle !== undefined) refuseCycle(cycle);
  }

  return {
    get ready() {
      return queue.size + returned.length;
    },
    get blocked() {
      return blocked.size;
    },
    stateOf(id) {
      if (open.has(id)) return 'open';
      const success = settled.get(id);
      return success === undefined ? undefined : success ? 'done' : 'failed';
    },
    check,
    add(entry, nowMs, isWanted = true) {
      const { id, after = [] } = entry.task;
      const missing = missingOf(entry.task);
      open.add(id);
      if (!isWanted) return 'away';
      if (after.some((other) => settled.get(other) === false)) return 'skipped';
      if (missing.size === 0) {
        enqueue(entry, nowMs);
        return 'ready';
      }
      block(entry, missing, nowMs);
      return 'blocked';
    },
    take() {
      if (returned.length > 0) return returned.shift();
      const next = queue.next(anyone);
      if (next !== undefined) queue.remove(next.id);
      return next?.entry;
    },
    putBack: (entry) => void returned.push(entry),
    settle(id, success) {
      open.delete(id);
      settled.set(id, success);
      if (settled.size > options.maxRemembered) settled.delete(settled.keys().next().value as string);
      const ready: E[] = [];
      const skipped: E[] = [];
      for (const other of [...(waitingFor.get(id) ?? [])]) {
        const waiter = blocked.get(other);
        if (waiter === undefined) continue;
        if (!success) {
          unblock(other);
          skipped.push(waiter.entry);
          continue;
        }
        waiter.missing.delete(id);
        if (waiter.missing.size > 0) continue;
        blocked.delete(other);
        enqueue(waiter.entry, waiter.enqueuedAtMs);
        ready.push(waiter.entry);
      }
      waitingFor.delete(id);
      return { ready, skipped };
    },
    clear() {
      const all = [...returned.splice(0), ...queue.all().map(({ entry }) => entry), ...[...blocked.values()].map(({ entry }) => entry)];
      for (const entry of all) {
        queue.remove(entry.index);
        unblock(entry.task.id);
      }
      return all.sort((one, other) => one.index - other.index);
    },
    waiting: () => [...blocked.values()].map(({ entry, missing }) => ({ entry, missing: [...missing] })),
  };
}
