export type { HostSample } from './policy/admission.ts';
export { type BackoffOptions, fullJitterBackoff } from './policy/backoff.ts';
export type { Budget, Ledger } from './policy/budget.ts';
export { type CauseClass, classifyCause } from './policy/classify-cause.ts';
export type { Clock } from './policy/clock.ts';
export type { PoolGovernor, PoolLimits, PoolOptions, RecycleOptions, RestartOptions, TenantOptions } from './policy/options.ts';
export { PoolError, type PoolErrorCode, type PoolErrorFields } from './policy/pool-error.ts';
export type {
  CreateContext,
  DestroyContext,
  PhaseTiming,
  PressureSignal,
  Spend,
  WorkerFactory,
  WorkerUsage,
  WorkerWear,
} from './policy/worker-factory.ts';
export { createPool } from './pool/create-pool.ts';
export type { PoolEvent, PoolEventType } from './pool/events.ts';
export type { Quantiles } from './pool/histogram.ts';
export type {
  AcquireOptions,
  Lease,
  Pool,
  PoolPhase,
  PoolReceipt,
  PoolSnapshot,
  PoolStats,
  ReloadOptions,
  SlotSnapshot,
} from './pool/types.ts';
export { publishPool, type Publication, type PublishedSnapshot, type PublishOptions } from './pool/publish-pool.ts';
export { listPublishedPools, type PublishedPool, readPublishedPool } from './pool/published-pools.ts';
export { toPrometheus } from './pool/prometheus.ts';
export { createGovernor, type Governor, type GovernorOptions } from './governor/governor.ts';
export { createSessionPool, type SessionAcquireOptions, type SessionPool } from './sessions/create-session-pool.ts';
export type { TimedCredential } from './sessions/credential-source.ts';
export type { SessionPoolOptions } from './sessions/session-pool-options.ts';
export {
  type RepeatPolicy,
  type RetryAction,
  type RetryRule,
  retryTable,
  type TaskCause,
  taskCauses,
  type TaskPhase,
  taskPhases,
} from './tasks/retry-table.ts';
export { runTasks } from './tasks/run-tasks.ts';
export { type TaskErrorCode, taskErrorCodes } from './tasks/task-codes.ts';
export type {
  AgentTask,
  RunTasksOptions,
  TaskEvent,
  TaskEventType,
  TaskFailure,
  TaskResult,
  TaskRun,
  TaskStatus,
  TaskUsage,
} from './tasks/types.ts';
