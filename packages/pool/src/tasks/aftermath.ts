import type { Entry } from './entry.ts';
import type { TaskJournal } from './journal-types.ts';
import type { ResolvedRunOptions } from './run-options.ts';
import type { TaskEvent, TaskFailure, TaskStatus } from './types.ts';
import { cancelled, judge } from './verdict.ts';

/** What the aftermath needs to know of the run. */
export interface AftermathParts {
  readonly options: ResolvedRunOptions;
  readonly journal: () => TaskJournal;
  readonly emit: (event: TaskEvent) => void;
  /** Why the run starts nothing any more; undefined while it does. */
  readonly endReason: () => { readonly reason: unknown } | undefined;
  readonly settle: (entry: Entry, status: TaskStatus, error: TaskFailure, lane?: number) => void;
  /** The task may be tried again now. */
  readonly ready: (entry: Entry) => void;
}

/** What comes after a failed attempt: a wait and another one, or the end of the task. */
export interface Aftermath {
  /** Tasks that wait for their next attempt. */
  readonly resting: number;
  /** An attempt has failed. */
  conclude(entry: Entry, end: Parameters<typeof judge>[1], lane: number): void;
  /** The program that ran the task before was lost. Says whether the task goes on. */
  afterLoss(entry: Entry): boolean;
  /** Takes out the tasks that wait. */
  clear(): readonly Entry[];
}

const hostLost: TaskFailure = { code: 'HOST_LOST', message: 'The program that ran this task was ended while the task was at work.' };

export function createAftermath(parts: AftermathParts): Aftermath {
  const { options } = parts;
  const resting = new Map<Entry, NodeJS.Timeout>();

  function rest(entry: Entry, delayMs: number): void {
    const goOn = (): void => {
      resting.delete(entry);
      parts.ready(entry);
    };
    resting.set(entry, setTimeout(goOn, delayMs));
  }

  return {
    get resting() {
      return resting.size;
    },
    conclude(entry, end, lane) {
      const { phase, cause, failure } = end;
      const { id } = entry.task;
      const before = entry.crashes.length;
      const verdict = judge(entry, end, options.retries);
      if (verdict.type === 'again' && verdict.counts) entry.repeated += 1;
      const note = { phase, cause, repeated: entry.repeated, failure, isCrash: entry.crashes.length > before };
      if (verdict.type === 'settle') {
        // Announced, but never written: a later run may send it without a second thought.
        if (verdict.status === 'cancelled' && phase === 'leased') parts.journal().over(id, note);
        parts.settle(entry, verdict.status, verdict.error, lane);
        return;
      }
      entry.resumes = verdict.resume;
      parts.journal().over(id, note);
      const delayMs = verdict.counts ? options.backoff(entry.repeated) : 0;
      parts.emit({ type: 'task-retried', id, index: entry.index, lane, attempt: entry.attempts, cause: end.error ?? failure, delayMs });
      const ending = parts.endReason();
      if (ending === undefined) rest(entry, delayMs);
      else parts.settle(entry, 'cancelled', cancelled(ending.reason), lane);
    },
    afterLoss(entry) {
      const verdict = judge(entry, { phase: 'sent', cause: 'host-lost', failure: hostLost }, options.retries);
      if (verdict.type === 'settle') {
        parts.settle(entry, verdict.status, verdict.error);
        return false;
      }
      entry.resumes = verdict.resume;
      if (verdict.counts) entry.repeated += 1;
      const { repeated } = entry;
      parts.journal().over(entry.task.id, { phase: 'sent', cause: 'host-lost', repeated, failure: hostLost, isCrash: false });
      return true;
    },
    clear() {
      const all = [...resting.keys()];
      for (const timer of resting.values()) clearTimeout(timer);
      resting.clear();
      return all;
    },
  };
}
