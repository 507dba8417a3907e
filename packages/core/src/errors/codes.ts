/**
 * Every code that a {@link SubwireError} can carry. Match on these, never on a message's text. The second column says whether the same call may
 * succeed when it is made again unchanged.
 */
export const errorCodes = {
  // ConfigError: the caller's options are wrong; nothing was started.
  INVALID_OPTION: { retryable: false },
  COMMAND_NOT_ALLOWED: { retryable: false },
  BATCH_FILE_REFUSED: { retryable: false },
  CWD_NOT_FOUND: { retryable: false },
  TOO_DEEP: { retryable: false },
  // LaunchError: the process could not be started.
  CLI_NOT_FOUND: { retryable: false },
  CLI_NOT_EXECUTABLE: { retryable: false },
  INTERPRETER_NOT_FOUND: { retryable: false },
  SPAWN_FAILED: { retryable: true },
  CLI_TOO_OLD: { retryable: false },
  WRONG_ARCHITECTURE: { retryable: false },
  WRONG_LIBC: { retryable: false },
  UNREQUESTED_CONFIGURATION: { retryable: false },
  // ProtocolError: bytes or frames that are not what the wire allows.
  LINE_TOO_LONG: { retryable: false },
  INVALID_JSON: { retryable: false },
  INVALID_FRAME: { retryable: false },
  INVALID_OUTGOING: { retryable: false },
  HELD_OVERFLOW: { retryable: false },
  STREAM_TRUNCATED: { retryable: true },
  // ClosedError: the call came too early or too late.
  NOT_CONNECTED: { retryable: false },
  ALREADY_CONNECTED: { retryable: false },
  INPUT_ENDED: { retryable: false },
  CLOSED: { retryable: false },
  // ExitError: the process ended although nobody asked it to.
  EXIT_NONZERO: { retryable: true },
  EXIT_SIGNAL: { retryable: true },
  EXIT_EARLY: { retryable: true },
  // ResultError: the agent itself reported a failure.
  RESULT_ERROR: { retryable: false },
  UNFINISHED_BACKGROUND_WORK: { retryable: false },
  // ControlError: a control request that was not answered with success.
  CONTROL_TIMEOUT: { retryable: true },
  CONTROL_REJECTED: { retryable: false },
  CONTROL_CANCELED: { retryable: false },
  // LimitError: a limit of the caller's was reached.
  MEMORY_LIMIT: { retryable: false },
  CPU_LIMIT: { retryable: false },
  TIME_LIMIT: { retryable: false },
  BUDGET_EXCEEDED: { retryable: false },
  // PoolError: raised by @subwire/pool.
  ACQUIRE_TIMEOUT: { retryable: true },
  QUEUE_FULL: { retryable: true },
  WARMUP_FAILED: { retryable: true },
  WORKER_LOST: { retryable: true },
  RESTARTS_EXHAUSTED: { retryable: false },
  TASK_QUARANTINED: { retryable: false },
  POOL_CLOSED: { retryable: false },
  JOURNAL_LOCKED: { retryable: true },
  JOURNAL_FAILED: { retryable: false },
} as const satisfies Readonly<Record<string, { readonly retryable: boolean }>>;

/** A code of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;
