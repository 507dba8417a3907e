/** Codes that only the result of a task can carry, besides those of the errors that may end one. */
export const taskErrorCodes = {
  /** The agent was lost after the prompt was written, and the task may not be repeated: what it did is not known. */
  OUTCOME_UNKNOWN: 'OUTCOME_UNKNOWN',
  /** A task that it waits for did not succeed. */
  TASK_SKIPPED: 'TASK_SKIPPED',
  /** The run ended first: fail-fast, the signal, or the end of the pool. */
  TASK_CANCELLED: 'TASK_CANCELLED',
  /** The task was running in two crashes. */
  TASK_QUARANTINED: 'TASK_QUARANTINED',
  /** The prompt was written more than `timeoutMs` ago. */
  TIME_LIMIT: 'TIME_LIMIT',
  /** A budget of the task, the run, the tenant or the pool is used up. */
  BUDGET_EXCEEDED: 'BUDGET_EXCEEDED',
  /** The agent's own result is a failure. */
  RESULT_ERROR: 'RESULT_ERROR',
} as const;

/** A code of {@link taskErrorCodes}. */
export type TaskErrorCode = keyof typeof taskErrorCodes;
