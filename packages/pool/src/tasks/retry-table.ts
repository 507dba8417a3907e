/**
 * How far an attempt had come. `waiting`: no worker yet. `leased`: a worker, but nothing written. `sent`: the prompt is written. `working`: the agent has
 * called a tool. `answered`: its result has come, and only background work was left.
 */
export type TaskPhase = (typeof taskPhases)[number];
export const taskPhases = Object.freeze(['waiting', 'leased', 'sent', 'working', 'answered'] as const);

/**
 * What ended an attempt. `crash`: the process died. `shortage`: the pool or the host could not give a worker. `permanent`: it will fail in the same way
 * for ever. `overloaded`: the provider had no capacity. `refused`: the agent says that it failed. `timeout`: the task's own, or the
 * agent has fallen silent. `limit`: memory, CPU or a budget.
 * `stopped`: the caller, or the end of the run or the pool. `host-lost`: this program died, and a later run found the task in the journal.
 */
export type TaskCause = (typeof taskCauses)[number];
export const taskCauses = Object.freeze([
  'crash',
  'shortage',
  'permanent',
  'overloaded',
  'refused',
  'timeout',
  'limit',
  'stopped',
  'host-lost',
] as const);

/** Whether a task may be repeated once its prompt is written: `never`; `idempotent`: sent again; `resume`: its conversation is taken up. */
export type RepeatPolicy = 'never' | 'idempotent' | 'resume';

/** What is done: `requeue` sends it again, `resume` goes on with its conversation, `fail`, `unknown` and `cancel` settle it. */
export type RetryAction = 'requeue' | 'resume' | 'fail' | 'unknown' | 'cancel';

/** The action for each policy. */
export type RetryRule = Readonly<Record<RepeatPolicy, RetryAction>>;

const again: RetryRule = Object.freeze({ never: 'requeue', idempotent: 'requeue', resume: 'requeue' });
const fail: RetryRule = Object.freeze({ never: 'fail', idempotent: 'fail', resume: 'fail' });
const cancel: RetryRule = Object.freeze({ never: 'cancel', idempotent: 'cancel', resume: 'cancel' });
// Nobody can say what the agent has done: only the caller knows whether doing it twice is harmless.
const unclear: RetryRule = Object.freeze({ never: 'unknown', idempotent: 'requeue', resume: 'resume' });
// It is known that the task failed, but not what it did before.
const failed: RetryRule = Object.freeze({ never: 'fail', idempotent: 'requeue', resume: 'resume' });

// Nothing was written yet, whether it had a worker or not.
const unsent: Readonly<Record<TaskCause, RetryRule>> = Object.freeze({
  crash: again,
  shortage: again,
  permanent: fail,
  overloaded: again,
  refused: fail,
  timeout: again,
  limit: fail,
  stopped: cancel,
  'host-lost': again,
});

/** What happens after an attempt, by how far it had come and what ended it. Nothing that was written is ever written again unless the task allows it. */
export const retryTable: Readonly<Record<TaskPhase, Readonly<Record<TaskCause, RetryRule>>>> = Object.freeze({
  waiting: unsent,
  leased: unsent,
  sent: Object.freeze({
    crash: unclear,
    shortage: unclear,
    permanent: fail,
    overloaded: unclear,
    refused: fail,
    timeout: failed,
    limit: fail,
    stopped: cancel,
    'host-lost': unclear,
  }),
  working: Object.freeze({
    crash: unclear,
    shortage: unclear,
    permanent: fail,
    overloaded: unclear,
    refused: fail,
    timeout: failed,
    limit: fail,
    stopped: cancel,
    'host-lost': unclear,
  }),
  answered: Object.freeze({
    crash: failed,
    shortage: failed,
    permanent: fail,
    overloaded: failed,
    refused: fail,
    timeout: failed,
    limit: fail,
    stopped: cancel,
    'host-lost': unclear,
  }),
});
