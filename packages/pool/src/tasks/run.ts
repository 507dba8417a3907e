import { setMaxListeners } from 'node:events';
import { ConfigError, type Session } from '@subwire/core';
import type { Pool } from '../pool/types.ts';
import { createAftermath } from './aftermath.ts';
import { createEntry, resultOf, type Entry } from './entry.ts';
import { createIntake } from './intake.ts';
import { noJournal, type TaskJournal } from './journal-types.ts';
import { createLanes } from './lanes.ts';
import { createOrdered } from './ordered.ts';
import { watchBudget, watchWall } from './run-budget.ts';
import { runDefaults } from './run-defaults.ts';
import type { ResolvedRunOptions } from './run-options.ts';
import { createTaskBook } from './task-book.ts';
import type { TaskSource } from './task-source.ts';
import type { TaskEvent, TaskFailure, TaskResult, TaskStatus } from './types.ts';
import { cancelled, skipped } from './verdict.ts';
import { workOn } from './work.ts';

/** What a run is made of. */
export interface RunParts {
  readonly pool: Pool<Session>;
  readonly source: TaskSource;
  readonly options: ResolvedRunOptions;
  readonly openJournal: (() => Promise<TaskJournal>) | undefined;
  readonly emit: (event: TaskEvent) => void;
  /** Whether the reader can take more. */
  readonly isReady: () => boolean;
}

/** A run that has begun. */
export interface Run {
  /** Resolves when everything is settled and every process of an unfinished task is gone; rejects with what ended the run early. */
  readonly over: Promise<void>;
  /** Ends everything that is open. */
  stop(reason: unknown): void;
  /** The reader can take more. */
  pump(): void;
}

/** Begins a run. */
export function startRun(parts: RunParts): Run {
  const { pool, options, source, emit } = parts;
  const book = createTaskBook<Entry>(runDefaults);
  const ordered = createOrdered<TaskResult>();
  const stopper = new AbortController();
  // One listener for each task at work is no leak, however many there are.
  setMaxListeners(0, stopper.signal);
  const budget = watchBudget(options.budget, 'the run');
  const lanes = createLanes();
  const freeing = new Set<Promise<void>>();
  let journal = noJournal;
  let failure: { readonly error: unknown } | undefined;
  let nextIndex = 0;
  let settling = 0;
  let isOpen = false;
  let isFrozen = false;
  let isFinished = false;
  let stopWatch: () => void = () => {};
  let resolveOver: () => void = () => {};
  let rejectOver: (error: unknown) => void = () => {};
  const over = new Promise<void>((resolve, reject) => {
    resolveOver = resolve;
    rejectOver = reject;
  });

  const now = (): number => performance.now();
  const endReason = (): { readonly reason: unknown } | undefined => {
    if (stopper.signal.aborted) return { reason: stopper.signal.reason as unknown };
    return isFrozen ? { reason: failure?.error } : undefined;
  };
  const aftermath = createAftermath({
    options,
    journal: () => journal,
    emit,
    endReason,
    settle: (entry, status, error, lane) => void settle(entry, status, error, lane),
    ready(entry) {
      book.putBack(entry);
      pump();
    },
  });
  const intake = createIntake({
    source,
    book,
    journal: () => journal,
    accept(task, open) {
      const entry = createEntry(task, nextIndex, now(), open);
      const { index } = entry;
      nextIndex += 1;
      emit({ type: 'task-queued', id: task.id, index, task });
      const ending = endReason();
      const goesOn = ending === undefined && (open?.maybeSent !== true || aftermath.afterLoss(entry));
      if (ending !== undefined) void settle(entry, 'cancelled', cancelled(ending.reason));
      const state = book.add(entry, now(), goesOn);
      if (state === 'skipped') void settle(entry, 'skipped', skipped(task.id, failedDependency(entry), undefined));
    },
    recover(result) {
      deliver({ ...result, index: nextIndex, recovered: true });
      nextIndex += 1;
      free(result);
    },
    damaged: (line, cause) => emit({ type: 'journal-damaged', id: '', line, cause }),
    wantsMore,
    onChange: pump,
    onFailure: fail,
  });

  function failedDependency({ task: { after = [] } }: Entry): string {
    return after.find((id) => book.stateOf(id) === 'failed') ?? '';
  }

  function wantsMore(): boolean {
    if (endReason() !== undefined || failure !== undefined || !parts.isReady() || book.ready >= options.lookAhead) return false;
    if (options.order === 'completion' || ordered.held < runDefaults.maxHeldResults) return true;
    // The result that all others wait for may itself wait for a task that has not come yet.
    return book.waiting().some(({ entry }) => entry.index === ordered.next);
  }

  /** The run ends with this error as soon as what was accepted is done; `freeze`: as soon as what is at work is. */
  function fail(error: unknown, how: 'finish' | 'freeze'): void {
    failure ??= { error };
    intake.end();
    if (how === 'freeze' && !isFrozen) {
      isFrozen = true;
      cancelUnstarted(error);
    }
    pump();
  }

  function stop(reason: unknown): void {
    if (stopper.signal.aborted || isFinished) return;
    stopper.abort(reason);
    intake.end();
    cancelUnstarted(reason);
    pump();
  }

  function cancelUnstarted(reason: unknown): void {
    const entries = [...aftermath.clear(), ...book.clear()].sort((one, other) => one.index - other.index);
    for (const entry of entries) void settle(entry, 'cancelled', cancelled(reason));
  }

  function begin(entry: Entry): void {
    const lane = lanes.take();
    workOn({ pool, options, journal, stop: stopper.signal, budget, emit, onExhausted: stop }, entry, lane).then(
      (end) => {
        lanes.leave(lane);
        const freed = end.freed.finally(() => freeing.delete(freed));
        freeing.add(freed);
        const { cause } = end;
        if (cause === undefined) void settle(entry, 'done', undefined, lane);
        else aftermath.conclude(entry, { ...end, cause }, lane);
        pump();
      },
      (error: unknown) => {
        lanes.leave(lane);
        void settle(entry, 'cancelled', cancelled(error), lane);
        fail(error, 'freeze');
      },
    );
  }

  async function settle(entry: Entry, status: TaskStatus, error: TaskFailure | undefined, lane?: number): Promise<void> {
    const result = resultOf(entry, status, error, now());
    settling += 1;
    // What ends only because the run ends is not over: a later run with the journal takes it up again. Nor is what was never sent.
    const isFinal = status !== 'cancelled' && status !== 'skipped' && entry.attempts > 0;
    try {
      if (isFinal) await journal.settled(result);
    } catch (cause) {
      fail(cause, 'freeze');
    }
    try {
      await options.onResult?.(result);
    } catch (cause) {
      fail(cause, 'finish');
    }
    deliver(result, lane);
    free(result);
    settling -= 1;
    if (options.failFast && (status === 'failed' || status === 'unknown' || status === 'quarantined')) {
      stop(new Error(`Task '${result.id}' failed, and the run ends with its first failure.`));
    }
    pump();
  }

  function deliver(result: TaskResult, lane?: number): void {
    const ready = options.order === 'input' ? ordered.push(result.index, result) : [result];
    for (const item of ready) {
      const known = item === result && lane !== undefined ? { lane } : {};
      emit({ type: 'task-settled', id: item.id, index: item.index, ...known, result: item });
    }
  }

  function free({ id, success, error }: TaskResult): void {
    for (const entry of book.settle(id, success).skipped) void settle(entry, 'skipped', skipped(entry.task.id, id, error));
  }

  function pump(): void {
    if (!isOpen || isFinished) return;
    // A reader of results that is slow holds the next tasks back.
    while (endReason() === undefined && lanes.taken < options.concurrency && settling < options.concurrency && parts.isReady()) {
      const entry = book.take();
      if (entry === undefined) break;
      begin(entry);
    }
    intake.pull();
    if (lanes.taken === 0 && settling === 0 && aftermath.resting === 0 && intake.isDone && book.ready === 0) finish();
  }

  function finish(): void {
    const [stuck] = book.waiting();
    if (stuck !== undefined) {
      const message = `Task '${stuck.entry.task.id}' waits for '${stuck.missing[0] ?? ''}', which no task was called. Check the spelling, or add the task.`;
      fail(new ConfigError({ code: 'INVALID_OPTION', option: 'after', message }), 'freeze');
      return;
    }
    isFinished = true;
    stopWatch();
    Promise.allSettled(freeing)
      .then(() => journal.close())
      .then(
        () => (failure === undefined ? resolveOver() : rejectOver(failure.error)),
        (error: unknown) => rejectOver(failure?.error ?? error),
      );
  }

  async function open(): Promise<void> {
    try {
      if (parts.openJournal !== undefined) journal = await parts.openJournal();
      await intake.open();
    } catch (error) {
      failure ??= { error };
      isFrozen = true;
      intake.end();
    }
    isOpen = true;
    if (!isFrozen) stopWatch = watchWall(options.budget?.wallMs, budget, stop);
    pump();
  }

  void open();
  return { over, stop, pump };
}
