import type { Message, SessionOptions, UserInput } from '@subwire/core';
import type { Observable } from 'rxjs';
import type { Budget } from '../policy/budget.ts';
import type { TaskErrorCode } from './task-codes.ts';

/** One piece of work for one agent, with a conversation of its own. */
export interface AgentTask {
  /** Names the task in events, results, the journal and `after`. Unique within a run, and within a journal. */
  readonly id: string;
  /** What the agent is asked. */
  readonly prompt: string;
  /** The agent's role: the name of one of the agents that the session knows. @defaultValue that of the session */
  readonly agent?: string;
  /** What the agent is to know: JSON, put behind the prompt. @defaultValue none */
  readonly context?: unknown;
  /** The agent's working directory. @defaultValue that of the pool's sessions */
  readonly cwd?: string;
  /** Tasks that have to succeed before this one starts. @defaultValue none */
  readonly after?: readonly string[];
  /** 0 is started first, 9 last; ten seconds of waiting make up for one step. @defaultValue 5 */
  readonly priority?: number;
  /** From the prompt written to the result, in milliseconds; waiting does not count. @defaultValue `timeoutMs` of the run */
  readonly timeoutMs?: number;
  /** Whether doing it twice does no harm, so that it may be sent again after a crash. @defaultValue false */
  readonly idempotent?: boolean;
  /** Whether a new agent may take up the conversation of one that crashed, with `--resume`. @defaultValue false */
  readonly resumable?: boolean;
  /** Variables of this task's agent alone, on top of those of the pool's sessions; undefined removes one. @defaultValue none */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Options of this task's session alone, on top of those of the pool's sessions: limits, model, permissions. @defaultValue none */
  readonly session?: SessionOptions;
  /** What this task may spend over all its attempts. @defaultValue unlimited */
  readonly budget?: Budget;
}

/** Why a task did not succeed. */
export interface TaskFailure {
  /** A code of {@link taskErrorCodes}, or of the SubwireError that ended it. */
  readonly code: TaskErrorCode | (string & {});
  readonly message: string;
  /** What each crash, or the failed dependency, said; oldest first. */
  readonly causes?: readonly TaskFailure[];
}

/** What a task used. What the agent did not say is null, never 0. */
export interface TaskUsage {
  /** US dollars. */
  readonly usd: number | null;
  readonly tokens: number | null;
  readonly toolCalls: number;
  readonly turns: number;
}

/**
 * How a task ended. `unknown`: the agent was lost after the prompt was written, so nobody can say what it has done. `skipped`: a task that it waits for
 * did not succeed. `cancelled`: the run ended first.
 */
export type TaskStatus = 'done' | 'failed' | 'unknown' | 'quarantined' | 'skipped' | 'cancelled';

/** What became of a task. */
export interface TaskResult {
  readonly id: string;
  /** Whether the agent did it: `status` is `done`. */
  readonly success: boolean;
  readonly status: TaskStatus;
  /** The task's place in the source, from 0. */
  readonly index: number;
  /** The agent's answer; on a failure what it had said until then. */
  readonly output?: string;
  readonly error?: TaskFailure;
  /** How often the prompt was written. */
  readonly attempts: number;
  /** From the last prompt written to the end, in milliseconds; 0 when none was. */
  readonly durationMs: number;
  /** How long the task waited for its turn and its worker, in milliseconds. */
  readonly waitedMs: number;
  readonly sessionId?: string;
  readonly usage?: TaskUsage;
  /** The result is from the journal: an earlier run has done the work. */
  readonly recovered?: true;
}

/** What can happen in a run. */
export type TaskEventType =
  /** The task was taken from the source, and is in the journal if there is one. */
  | 'task-queued'
  /** Its prompt was written. */
  | 'task-started'
  /** Its agent said something. */
  | 'task-message'
  /** It waits for another attempt: `cause` says why, `delayMs` for how long. */
  | 'task-retried'
  /** It is over: a process that did not finish it is gone with its whole tree, and the result is in the journal if there is one. */
  | 'task-settled'
  /** A line of the journal could not be read: `line` says which, `cause` why. `id` is empty. */
  | 'journal-damaged';

/** One thing that happened in a run. */
export interface TaskEvent {
  readonly type: TaskEventType;
  readonly id: string;
  /** The task's place in the source, from 0. */
  readonly index?: number;
  /** With `task-queued`: the task. */
  readonly task?: AgentTask;
  /** Which of the run's `concurrency` lanes it runs in, from 0: one line of a display. */
  readonly lane?: number;
  /** The worker's place in the pool, from 0. */
  readonly slot?: number;
  /** The agent's process. */
  readonly pid?: number;
  /** 1 is the first. */
  readonly attempt?: number;
  readonly sessionId?: string;
  readonly message?: Message;
  /** What the task has used so far. */
  readonly usage?: TaskUsage;
  readonly result?: TaskResult;
  readonly cause?: unknown;
  /** Milliseconds until the next attempt. */
  readonly delayMs?: number;
  /** With `journal-damaged`: the line, from 1. */
  readonly line?: number;
}

/** Options of `runTasks`. */
export interface RunTasksOptions {
  /** Tasks at work at once; exactly so many while enough can be started. Larger than the pool's `size` it has no effect. @defaultValue 4 */
  readonly concurrency?: number;
  /** How long a task may take from the prompt written, in milliseconds. A timeout is over only when the process tree is gone. @defaultValue 300000 */
  readonly timeoutMs?: number;
  /** Further attempts after the first. What may be repeated at all is in {@link retryTable}. @defaultValue 3 */
  readonly retries?: number;
  /** The wait before an attempt, in milliseconds (1 is the first repetition). @defaultValue exponential from 250 to 30000 with full jitter */
  readonly backoff?: (attempt: number) => number;
  /** In which order `task-settled` comes. In `input` order early results are held, a thousand at most, before no further task is started. @defaultValue 'completion' */
  readonly order?: 'completion' | 'input';
  /** Whether the first failure ends the run: the rest settles as cancelled. @defaultValue false */
  readonly failFast?: boolean;
  /** A file that makes the run survive a crash of the host: a second run with it repeats no finished task. @defaultValue none */
  readonly journal?: string;
  /** What all tasks together may spend. When it is used up, all work is stopped and the rest settles with `BUDGET_EXCEEDED`. @defaultValue unlimited */
  readonly budget?: Budget;
  /** Stops the run: the trees are ended, everything that is open settles as cancelled, and the stream errors with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Whether every message of the agents is passed on as `task-message`. @defaultValue true */
  readonly messages?: boolean;
  /** Takes each result before its event. While its promise is open no more work than `concurrency` results are finished ahead. @defaultValue none */
  readonly onResult?: (result: TaskResult) => Promise<void> | void;
  /** Tasks that are taken from an iterator before they can start, so that priorities and dependencies have a choice. @defaultValue `concurrency` */
  readonly lookAhead?: number;
  /** What the agent is told. @defaultValue the prompt, and the context as JSON behind it */
  readonly promptOf?: (task: AgentTask) => string | UserInput;
  /** What an agent is told that takes up the conversation of one that crashed. @defaultValue to look at what is done already, and to go on */
  readonly resumePrompt?: (task: AgentTask) => string;
  /** The options that `cwd`, `agent`, `env`, `session` and a resume of a task are put on top of. @defaultValue those of the pool's sessions */
  readonly session?: SessionOptions;
  /** Whose work it is, for the pool's shares. @defaultValue '' */
  readonly tenant?: string;
}

/**
 * A run of tasks: an Observable, and for those who take events at their own pace an async iterable. While an iterating reader is behind, no further
 * task is taken or started; leaving the loop ends the run and waits until its processes are gone.
 */
export interface TaskRun extends Observable<TaskEvent> {
  [Symbol.asyncIterator](): AsyncIterableIterator<TaskEvent>;
}
