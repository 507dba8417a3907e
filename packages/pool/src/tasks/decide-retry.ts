import { retryTable, type RepeatPolicy, type RetryAction, type TaskCause, type TaskPhase } from './retry-table.ts';

/** Everything that decides about a task after an attempt. */
export interface AttemptFacts {
  readonly phase: TaskPhase;
  readonly cause: TaskCause;
  readonly policy: RepeatPolicy;
  /** Repetitions so far that count. */
  readonly repeated: number;
  /** How many may be made. */
  readonly retries: number;
  /** Attempts that ended before anything was written, so far. */
  readonly fruitless: number;
  /** Crashes in which the task was running, this one included. */
  readonly crashes: number;
}

/** What to do now; `counts`: the repetition uses up one of `retries`. */
export interface RetryDecision {
  readonly action: RetryAction | 'quarantine';
  readonly counts: boolean;
}

/** A task that was running in so many crashes is taken for their cause. */
const maxCrashes = 2;
/** Workers that die before they are told anything are the pool's business, but not for ever. */
export const maxFruitless = 10;

/** Whether the end of an attempt is a crash in which the task was running. */
export function isCrashOfTask(phase: TaskPhase, cause: TaskCause): boolean {
  return cause === 'crash' && (phase === 'sent' || phase === 'working' || phase === 'answered');
}

export function decideRetry(facts: AttemptFacts): RetryDecision {
  const { phase, cause, policy, repeated, retries, fruitless, crashes } = facts;
  const action = retryTable[phase][cause][policy];
  if (action === 'unknown' || action === 'fail' || action === 'cancel') return { action, counts: false };
  if (crashes >= maxCrashes && isCrashOfTask(phase, cause)) return { action: 'quarantine', counts: false };
  if (phase === 'leased' && cause === 'crash')
    return fruitless < maxFruitless ? { action, counts: false } : { action: 'fail', counts: false };
  if (repeated < retries) return { action, counts: true };
  // A host that dies again and again while this task runs is another way to crash.
  return { action: cause === 'host-lost' && phase !== 'waiting' && phase !== 'leased' ? 'quarantine' : 'fail', counts: false };
}

/** The policy of a task. Taking up a conversation repeats less than sending it again, so it wins, once the conversation has an id. */
export function policyOf(
  task: { readonly idempotent?: boolean; readonly resumable?: boolean },
  sessionId: string | undefined,
): RepeatPolicy {
  if (task.resumable === true && sessionId !== undefined) return 'resume';
  return task.idempotent === true ? 'idempotent' : 'never';
}
