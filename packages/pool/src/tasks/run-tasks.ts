import type { Session } from '@subwire/core';
import { Observable } from 'rxjs';
import type { Pool } from '../pool/types.ts';
import { iterateRun } from './iterate-run.ts';
import { openJournal } from './open-journal.ts';
import { resolveRunOptions } from './run-options.ts';
import { startRun, type Run } from './run.ts';
import { openTaskSource } from './task-source.ts';
import type { AgentTask, RunTasksOptions, TaskEvent, TaskRun } from './types.ts';

/**
 * Runs tasks on the sessions of a pool, `concurrency` (4) at a time, and tells what happens. Cold: each subscription is a run of its own. Completes when
 * every task is settled; a failed task is a result, not an error. Unsubscribing stops the run and ends its processes.
 *
 * Arrays and sets are checked as a whole before anything starts. From any other iterable tasks are taken only as they are needed, so that it may be endless;
 * a duplicate id or a cycle is then found when it comes, and a dependency that never came at the end: what was accepted is finished, then the stream errors.
 * @throws (through the stream) ConfigError `INVALID_OPTION` for options, tasks or dependencies that cannot be run, and for a journal that is none;
 * PoolError `JOURNAL_LOCKED`, `JOURNAL_FAILED`; what the source or `onResult` throws; the signal's reason
 */
export function runTasks(
  pool: Pool<Session>,
  tasks: Iterable<AgentTask> | AsyncIterable<AgentTask>,
  options: RunTasksOptions = {},
): TaskRun {
  function start(emit: (event: TaskEvent) => void, isReady: () => boolean): Run {
    const resolved = resolveRunOptions(options);
    const { signal } = resolved;
    signal?.throwIfAborted();
    const { journal } = resolved;
    const open = journal === undefined ? undefined : () => openJournal(journal);
    const run = startRun({ pool, source: openTaskSource(tasks), options: resolved, openJournal: open, emit, isReady });
    if (signal === undefined) return run;
    const onAbort = (): void => run.stop(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const over = run.over.finally(() => signal.removeEventListener('abort', onAbort)).then(() => signal.throwIfAborted());
    return { ...run, over };
  }

  const run$ = new Observable<TaskEvent>((subscriber) => {
    const run = start(
      (event) => subscriber.next(event),
      () => true,
    );
    run.over.then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => run.stop(new Error('Nobody listens to the run any more.'));
  });
  return Object.assign(run$, { [Symbol.asyncIterator]: () => iterateRun(start) });
}
