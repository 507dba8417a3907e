import { ConfigError, type Session } from '@subwire/core';
import type { Pool } from '../pool/types.ts';
import { createEntry, resultOf, type Entry } from './entry.ts';
import { createIntake } from './intake.ts';
import { noJournal, type TaskJournal } from './journal-types.ts';
import { createOrdered } from './ordered.ts';
import { watchBudget } from './run-budget.ts';
import { runDefaults } from './run-defaults.ts';
import type { ResolvedRunOptions } from './run-options.ts';
import { createTaskBook } from './task-book.ts';
import type { TaskSource } from './task-source.ts';
import type { TaskEvent, TaskFailure, TaskResult, TaskStatus } from './types.ts';
import { cancelled, judge, skipped } from './verdict.ts';
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
  const { pool, options, source } = parts;
  const { concurrency } = options;
  const book = createTaskBook<Entry>(runDefaults);
  const ordered = createOrdered<TaskResult>();
  const stopper = new AbortController();
  const budget = watchBudget(options.budget, 'the run');
  const lanes: boolean[] = [];
  const resting = new Map<Entry, NodeJS.Timeout>();
  const freeing = new Set<Promise<void>>();
  const startedAtMs = performance.now();
  let journal = noJournal;
  let failure: { readonly error: unknown } | undefined;
  let nextIndex = 0;
  let running = 0;
  let settling = 0;
  let isOpen = false;
  let isFrozen = false;
  let isFinished = false;
  let wallTimer: NodeJS.Timeout | undefined;
  let resolveOver: () => void = () => {};
  let rejectOver: (error: unknown) => void = () => {};
  const over = new Promise<void>((resolve, reject) => {
    resolveOver = resolve;
    rejectOver = reject;
  });

  const emit = (event: TaskEvent): void => parts.emit(event);
  const now = (): number => performance.now();
  const isStopping = (): boolean => stopper.signal.aborted;
  const intake = createIntake({
    source,
    book,
    journal: () => journal,
    accept(task, open) {
      const entry = createEntry(task, nextIndex, now(), open);
      const { index } = entry;
      nextIndex += 1;
      const state = book.add(entry, now());
      emit({ type: 'task-queued', id: task.id, index, task });
      if (isStopping()) void settle(entry, 'cancelled', cancelled(stopper.signal.reason));
      else if (state === 'skipped') void settle(entry, 'skipped', skipped(task.id, failedDependency(entry), undefined));
      else if (open?.maybeSent === true) afterLoss(entry);
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
    if (isStopping() || isFrozen || failure !== undefined || !parts.isReady() || book.ready >= options.lookAhead) return false;
    if (options.order === 'completion' || ordered.held < runDefaults.maxHeldResults) return true;
    // The result that all others wait for may itself wait for a task that has not come yet.
    return book.waiting().some(({ entry }) => entry.index === ordered.next);
  }

  /** The host died while this task was at work. */
  function afterLoss(entry: Entry): void {
    const lost: TaskFailure = { code: 'HOST_LOST', message: 'The program that ran this task was ended while the task was at work.' };
    const verdict = judge(entry, { phase: 'sent', cause: 'host-lost', failure: lost }, options.retries);
    if (verdict.type === 'settle') {
      book.remove(entry.task.id);
      void settle(entry, verdict.status, verdict.error);
      return;
    }
    entry.resumes = verdict.resume;
    if (verdict.counts) entry.repeated += 1;
    journal.over(entry.task.id, { phase: 'sent', cause: 'host-lost', repeated: entry.repeated, failure: lost, isCrash: false });
  }

  /** The run ends with this error as soon as what was accepted is done. */
  function fail(error: unknown, how: 'finish' | 'freeze' = 'finish'): void {
    failure ??= { error };
    intake.end();
    if (how === 'freeze' && !isFrozen) {
      isFrozen = true;
      for (const entry of unstarted()) void settle(entry, 'cancelled', cancelled(error));
    }
    pump();
  }

  function unstarted(): readonly Entry[] {
    const waiting = [...resting.keys()];
    for (const timer of resting.values()) clearTimeout(timer);
    resting.clear();
    return [...waiting, ...book.clear()].sort((one, other) => one.index - other.index);
  }

  function stop(reason: unknown): void {
    if (isStopping() || isFinished) return;
    stopper.abort(reason);
    intake.end();
    for (const entry of unstarted()) void settle(entry, 'cancelled', cancelled(reason));
    pump();
  }

  function begin(entry: Entry): void {
    let lane = lanes.findIndex((isTaken) => !isTaken);
    if (lane === -1) lane = lanes.length;
    lanes[lane] = true;
    running += 1;
    const context = { pool, options, journal, stop: stopper.signal, budget, emit, onExhausted: stop };
    const leave = (): void => {
      lanes[lane] = false;
      running -= 1;
    };
    workOn(context, entry, lane).then(
      (end) => {
        leave();
        const freed = end.freed.finally(() => freeing.delete(freed));
        freeing.add(freed);
        const { cause } = end;
        if (cause === undefined) void settle(entry, 'done', undefined, lane);
        else conclude(entry, { ...end, cause }, lane);
      },
      (error: unknown) => {
        leave();
        void settle(entry, 'cancelled', cancelled(error), lane);
        fail(error, 'freeze');
      },
    );
  }

  function conclude(entry: Entry, end: Parameters<typeof judge>[1], lane: number): void {
    const before = entry.crashes.length;
    const verdict = judge(entry, end, options.retries);
    if (verdict.type === 'settle') {
      void settle(entry, verdict.status, verdict.error, lane);
      return;
    }
    const { phase, cause } = end;
    if (verdict.counts) entry.repeated += 1;
    entry.resumes = verdict.resume;
    journal.over(entry.task.id, { phase, cause, repeated: entry.repeated, failure: end.failure, isCrash: entry.crashes.length > before });
    const delayMs = verdict.counts ? options.backoff(entry.repeated) : 0;
    emit({
      type: 'task-retried',
      id: entry.task.id,
      index: entry.index,
      lane,
      attempt: entry.attempts,
      cause: end.error ?? end.failure,
      delayMs,
    });
    if (isStopping() || isFrozen) {
      void settle(entry, 'cancelled', cancelled(stopper.signal.reason ?? failure?.error), lane);
      return;
    }
    const goOn = (): void => {
      resting.delete(entry);
      book.putBack(entry);
      pump();
    };
    resting.set(entry, setTimeout(goOn, delayMs));
    pump();
  }

  async function settle(entry: Entry, status: TaskStatus, error: TaskFailure | undefined, lane?: number): Promise<void> {
    const result = resultOf(entry, status, error, now());
    settling += 1;
    // What ends only because the run ends is not over: a later run with the journal takes it up again. Nor is what was never sent.
    const isFinal = status !== 'cancelled' && status !== 'skipped' && entry.attempts > 0;
    await (isFinal ? journal.settled(result) : Promise.resolve()).catch((cause: unknown) => fail(cause, 'freeze'));
    try {
      await options.onResult?.(result);
    } catch (cause) {
      fail(cause);
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
    while (!isStopping() && !isFrozen && running < concurrency && settling < concurrency && parts.isReady()) {
      const entry = book.take();
      if (entry === undefined) break;
      begin(entry);
    }
    intake.pull();
    if (running === 0 && settling === 0 && resting.size === 0 && intake.isDone && book.ready === 0) finish();
  }

  function finish(): void {
    const stuck = book.waiting();
    if (stuck.length > 0) {
      const [{ entry, missing } = { entry: undefined, missing: [] }] = stuck;
      const message = `Task '${entry?.task.id}' waits for '${missing[0]}', which no task was called. Check the spelling, or add the task.`;
      const error = new ConfigError({ code: 'INVALID_OPTION', option: 'after', message });
      fail(error, 'freeze');
      return;
    }
    isFinished = true;
    clearTimeout(wallTimer);
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
      intake.end();
    }
    isOpen = true;
    const { wallMs } = options.budget ?? {};
    if (wallMs !== undefined) {
      const onWall = (): void => {
        const exhausted = budget.spend({ wallMs: now() - startedAtMs + 1 });
        if (exhausted !== undefined) stop(exhausted);
      };
      wallTimer = setTimeout(onWall, Math.max(0, wallMs));
    }
    pump();
  }

  void open();
  return { over, stop, pump };
}
