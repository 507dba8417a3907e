import { SubwireError } from '@subwire/core';
import type { AttemptEnd } from './attempt.ts';
import { failureOf } from './causes.ts';
import { decideRetry, isCrashOfTask, policyOf } from './decide-retry.ts';
import type { Entry } from './entry.ts';
import type { TaskCause, TaskPhase } from './retry-table.ts';
import type { TaskFailure, TaskStatus } from './types.ts';

/** What becomes of a task after an attempt. */
export type Verdict =
  | { readonly type: 'again'; readonly resume: boolean; readonly counts: boolean }
  | { readonly type: 'settle'; readonly status: TaskStatus; readonly error: TaskFailure };

const unknownFailure: TaskFailure = { code: 'UNKNOWN', message: 'The attempt failed and nobody said why.' };

/** Notes the failed attempt in the entry, and says what is done now. */
export function judge(
  entry: Entry,
  end: Pick<AttemptEnd, 'failure' | 'error'> & { phase: TaskPhase; cause: TaskCause },
  retries: number,
): Verdict {
  const { phase, cause, failure = unknownFailure } = end;
  entry.failures.push(failure);
  if (isCrashOfTask(phase, cause)) entry.crashes.push(failure);
  if (phase === 'leased') entry.fruitless += 1;
  const policy = policyOf(entry.task, entry.sessionId);
  const { repeated, fruitless, crashes } = entry;
  const { action, counts } = decideRetry({ phase, cause, policy, repeated, retries, fruitless, crashes: crashes.length });
  switch (action) {
    case 'requeue':
    case 'resume':
      return { type: 'again', resume: action === 'resume', counts };
    case 'fail':
      return { type: 'settle', status: 'failed', error: withCauses(failure, entry.failures.slice(0, -1)) };
    case 'unknown':
      return { type: 'settle', status: 'unknown', error: outcomeUnknown(entry, failure) };
    case 'quarantine':
      return { type: 'settle', status: 'quarantined', error: quarantined(entry) };
    case 'cancel':
      return { type: 'settle', status: 'cancelled', error: cancelled(end.error) };
  }
}

function withCauses(failure: TaskFailure, causes: readonly TaskFailure[]): TaskFailure {
  return causes.length === 0 ? failure : { ...failure, causes };
}

function outcomeUnknown({ task }: Entry, failure: TaskFailure): TaskFailure {
  const message = `The agent of task '${task.id}' was lost after the prompt was written: what it has done is not known. Look, and run it again; or mark such tasks idempotent or resumable.`;
  return { code: 'OUTCOME_UNKNOWN', message, causes: [failure] };
}

function quarantined({ task, failures, crashes }: Entry): TaskFailure {
  const message = `Task '${task.id}' was running when its process crashed, again and again: it is taken for the reason and not sent any more. See the causes.`;
  return { code: 'TASK_QUARANTINED', message, causes: [...(crashes.length > 1 ? crashes : failures)] };
}

/** What a task is told that the run leaves undone. A budget says so itself. */
export function cancelled(reason: unknown): TaskFailure {
  if (SubwireError.is(reason, 'BUDGET_EXCEEDED')) return failureOf(reason);
  return { code: 'TASK_CANCELLED', message: 'The run ended before this task was done.', causes: [failureOf(reason)] };
}

/** What a task is told whose dependency did not succeed. */
export function skipped(task: string, dependency: string, error: TaskFailure | undefined): TaskFailure {
  const message = `Task '${task}' was not started, for task '${dependency}' did not succeed.`;
  return { code: 'TASK_SKIPPED', message, ...(error && { causes: [error] }) };
}
