import { checkGraph, refuseDuplicate } from './check-graph.ts';
import { checkTask, refuse } from './check-task.ts';
import type { Entry } from './entry.ts';
import { digestOf } from './digest.ts';
import type { OpenTask, TaskJournal } from './journal-types.ts';
import type { TaskBook } from './task-book.ts';
import type { TaskSource } from './task-source.ts';
import type { AgentTask, TaskResult } from './types.ts';

/** What takes tasks in needs to know of the run. */
export interface IntakeParts {
  readonly source: TaskSource;
  readonly book: TaskBook<Entry>;
  readonly journal: () => TaskJournal;
  /** Enters a task that is in the journal now; with what an earlier run knows of it. */
  readonly accept: (task: AgentTask, open: OpenTask | undefined) => void;
  /** Passes on a result of an earlier run. */
  readonly recover: (result: TaskResult) => void;
  readonly damaged: (line: number, why: string) => void;
  readonly wantsMore: () => boolean;
  readonly onChange: () => void;
  readonly onFailure: (error: unknown, how: 'finish' | 'freeze') => void;
}

/** Takes tasks from their source: all at once where they are all there, otherwise no sooner than they are needed. */
export interface Intake {
  /** Whether nothing more will come. */
  readonly isDone: boolean;
  /** @throws ConfigError `INVALID_OPTION` before anything is accepted; what the journal throws */
  open(): Promise<void>;
  /** Asks for the next task if one is wanted. */
  pull(): void;
  end(): void;
}

export function createIntake(parts: IntakeParts): Intake {
  const { source, book } = parts;
  const fromJournal = new Set<string>();
  const recalled = new Set<string>();
  let isEnded = false;
  let isAsking = false;
  let isTaking = false;
  let count = 0;

  function knownOf(task: AgentTask): ReturnType<TaskJournal['known']> {
    const known = parts.journal().known(task.id);
    if (known !== undefined && known.digest !== digestOf(task)) {
      refuse('id', `The journal knows task '${task.id}' with another prompt. Give the changed task another id, or begin a new journal.`);
    }
    return known;
  }

  /** Dependencies that an earlier run has settled need not be given again. */
  function recallDependencies({ after = [] }: AgentTask): void {
    for (const id of after) {
      const known = book.stateOf(id) === undefined ? parts.journal().known(id) : undefined;
      if (known?.type !== 'settled') continue;
      book.settle(id, known.success);
      recalled.add(id);
    }
  }

  async function recall(task: AgentTask): Promise<void> {
    const result = await parts.journal().read(task.id);
    if (result === undefined) refuse('journal', `The journal has lost the result of task '${task.id}'. Begin a new journal.`);
    parts.recover(result);
  }

  async function takeAll(all: readonly AgentTask[]): Promise<void> {
    const journal = parts.journal();
    all.forEach(checkTask);
    const ids = new Set(all.map(({ id }) => id));
    const left = journal.open().flatMap(({ id, open }) => (open.task === undefined || ids.has(id) ? [] : [open.task]));
    const tasks = [...all, ...left];
    checkGraph(tasks, (id) => journal.known(id)?.type === 'settled');
    const known = tasks.map((task) => knownOf(task));
    await Promise.all(tasks.filter((_, index) => known[index] === undefined).map((task) => journal.accepted(task)));
    for (const [index, task] of tasks.entries()) {
      const of = known[index];
      if (of?.type === 'settled') await recall(task);
      else {
        recallDependencies(task);
        parts.accept(task, of?.open);
      }
    }
  }

  async function takeOne(task: AgentTask): Promise<void> {
    checkTask(task, count);
    count += 1;
    const known = knownOf(task);
    if (fromJournal.delete(task.id)) return;
    if (book.stateOf(task.id) !== undefined) {
      // An earlier task may have waited for this one, so that its end is known before it came.
      if (known?.type !== 'settled' || !recalled.delete(task.id)) refuseDuplicate(task.id);
    }
    if (known?.type === 'settled') {
      await recall(task);
      return;
    }
    recallDependencies(task);
    book.check(task);
    if (known === undefined) await parts.journal().accepted(task);
    parts.accept(task, known?.open);
  }

  async function ask(): Promise<void> {
    let task: AgentTask | undefined;
    try {
      task = await source.next();
    } catch (error) {
      isAsking = false;
      parts.onFailure(error, 'finish');
      return;
    }
    isTaking = true;
    try {
      if (task === undefined) isEnded = true;
      else await takeOne(task);
    } catch (error) {
      parts.onFailure(error, 'finish');
    } finally {
      isTaking = false;
      isAsking = false;
    }
    parts.onChange();
  }

  return {
    get isDone() {
      return isEnded && !isTaking;
    },
    async open() {
      for (const { line, why } of parts.journal().damaged) parts.damaged(line, why);
      if (source.all !== undefined) {
        await takeAll(source.all);
        isEnded = true;
        return;
      }
      for (const { id, open } of parts.journal().open()) {
        if (open.task === undefined) continue;
        fromJournal.add(id);
        recallDependencies(open.task);
        parts.accept(open.task, open);
      }
    },
    pull() {
      if (isEnded || isAsking || !parts.wantsMore()) return;
      isAsking = true;
      void ask();
    },
    end() {
      if (isEnded) return;
      isEnded = true;
      source.stop();
    },
  };
}
