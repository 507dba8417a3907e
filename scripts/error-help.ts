import type { ErrorCode } from '../packages/core/src/errors/codes.ts';
import type { TaskErrorCode } from '../packages/pool/src/tasks/task-codes.ts';

/** What led to an error, and what to do about it. */
export type Help = readonly [cause: string, fix: string];

/** One row for each code: the type checker misses none, and refuses those that are no codes. */
export const errorHelp: Readonly<Record<ErrorCode, Help>> = {
  INVALID_OPTION: [
    'an option has a value that cannot work; `option` names it',
    'the message says what is allowed. An argument or a variable that is too long for the system goes through `fileArgs` or stdin',
  ],
  COMMAND_NOT_ALLOWED: ['the base name of the program is not in `allowedCommands`', 'add it there, if it is meant to run'],
  BATCH_FILE_REFUSED: [
    'the program is a `.cmd` or `.bat` file, behind which no program was found',
    'give the program that it starts as the option `command`',
  ],
  CWD_NOT_FOUND: ['the working directory is missing or is no directory', 'create it, or give another `cwd`'],
  TOO_DEEP: ['this program runs inside an agent already', 'raise `maxDepth`, if an agent is meant to start agents'],
  CLI_NOT_FOUND: [
    'no program was found; `searched` lists each place with the reason',
    'install Claude Code, or give its path as `command`. `subwire doctor` shows the search',
  ],
  CLI_NOT_EXECUTABLE: ['the file may not be executed', '`chmod +x`, or give another file as `command`'],
  INTERPRETER_NOT_FOUND: [
    'the first line of the script names a program that is not there',
    'install it, put it on `PATH`, or give `[interpreter, script]` as `command`',
  ],
  SPAWN_FAILED: [
    'the operating system refused: no processes, files or memory left (`errno`), or a `spawner` returned no pipes',
    'wait and try again; lower the number of agents, raise the limits of the host',
  ],
  CLI_TOO_OLD: ['the CLI is older than the oldest version that speaks this protocol', '`claude update`, or give another `command`'],
  WRONG_ARCHITECTURE: ['the program was built for another processor or system', 'install the build for this machine'],
  WRONG_LIBC: ['the program was built for glibc and this is musl, or the other way round', 'install the build for the C library here'],
  UNREQUESTED_CONFIGURATION: [
    'with `isolated` or `strictMcpConfig` the agent reports servers, tools, skills or plugins that you did not ask for; `surplus` names them',
    'ask for them, or remove their source: a wrapper, managed settings, the account',
  ],
  LINE_TOO_LONG: [
    'a line is longer than `maxLineBytes`, and `onOversizeLine` is `fail`',
    'raise `maxLineBytes`, or leave such lines out with `skip`',
  ],
  INVALID_JSON: [
    'with `strict`, a line that opens like an object and does not parse',
    'find out what writes to stdout; without `strict` it is a diagnostic',
  ],
  INVALID_FRAME: ['nothing raises it today; a diagnostic of this name tells of frames that do not fit', 'see below'],
  INVALID_OUTGOING: ['`send()` was given what would end the CLI in the middle of a turn', 'the message says which field is missing'],
  HELD_OVERFLOW: [
    'nobody read: more than `maxHeldMessages` before the first subscriber, or more than `highWaterMark` with `onOverflow: "fail"`',
    'subscribe before `connect()`, read faster, raise the limit, or take another `onOverflow`',
  ],
  STREAM_TRUNCATED: [
    'the output ends in the middle of a line, whatever the exit code says',
    'run it again: what the agent wanted to say last is lost',
  ],
  NOT_CONNECTED: ['the call came before `connect()` had resolved', 'await `connect()` first'],
  ALREADY_CONNECTED: ['`connect()` was called twice', 'create a transport for each process'],
  INPUT_ENDED: [
    '`send()` after `endInput()`, or the process has closed its stdin',
    'send before; for another conversation start another process',
  ],
  CLOSED: [
    'the call came after the end, or the end came before the answer, or the host is being ended by a signal',
    'start another one, with `resume` to go on with the conversation',
  ],
  EXIT_NONZERO: [
    'the process ended with another code than 0 although nobody asked it to',
    'read `stderrTail`; go on with `resume: error.sessionId`',
  ],
  EXIT_SIGNAL: [
    'a signal from outside ended the process; `SIGKILL` often is a machine without memory',
    'look at the memory of the machine, then try again',
  ],
  EXIT_EARLY: [
    'the process ended before it said anything, or with code 0 and without a result',
    'read `stderrTail`: a flag that it does not know, a missing login. Run the program by itself',
  ],
  RESULT_ERROR: [
    'the agent reports a failure: `subtype`, `errors`, and `apiStatus` of the failed call. Retryable where the status says so (429, 5xx)',
    '401, 403: the credential. 429, 529: wait. `error_max_turns`: raise `maxTurns` or resume',
  ],
  UNFINISHED_BACKGROUND_WORK: [
    'the session ended with background tasks open; `taskIds`',
    'resume the conversation, or wait with `whenQuiescent()`',
  ],
  CONTROL_TIMEOUT: [
    'a control request or a hook had no answer within `timeoutMs`',
    'give it more time; a process that hangs is ended by `clocks`',
  ],
  CONTROL_REJECTED: [
    'the agent refused a control request; `reason` is its own code',
    'it does not know the request or its values: ask for something else',
  ],
  CONTROL_CANCELED: ['a request or a prompt was taken back: by you, or because the session was closed', 'nothing, if that was meant'],
  MEMORY_LIMIT: [
    'the process tree used more than `limits.residentBytes.hard`; `samples` are the last looks',
    'raise the limit, or find what grows',
  ],
  CPU_LIMIT: ['the process tree used more than `limits.cpuPercent` for too long', 'raise the limit, or find what runs'],
  TIME_LIMIT: [
    '`limits.wallMs` or one of the `clocks` ran out; `clock` names it. Retryable for `init` and `first-output`',
    'raise that clock; `subwire run --debug` shows how far it came',
  ],
  BUDGET_EXCEEDED: ['a budget of a lease, task, run, tenant or pool is used up', 'raise it; what was done until then is in the result'],
  ACQUIRE_TIMEOUT: [
    'no worker was free within `timeoutMs`; `stats` and `position` say why',
    'raise `size` or `timeoutMs`, or ask for less',
  ],
  QUEUE_FULL: ['more calls wait than `maxWaiters` allows', 'try again after `retryAfterMs`; shed load before the pool'],
  WARMUP_FAILED: [
    'no worker could be made warm; `causes` has each attempt',
    'mend the cause. One that will not go away is not tried again: then `retryable` is false',
  ],
  WORKER_LOST: [
    'the process died during the lease, or the lease was dropped without being ended; `cause`',
    'take another lease; recover the conversation with `session.recover()`',
  ],
  RESTARTS_EXHAUSTED: [
    'four starts in a row failed; `causes`',
    'mend the cause; the pool tries a single start by itself after 15 s, then less often',
  ],
  TASK_QUARANTINED: ['the task was running in two crashes; only results of `runTasks` carry it', 'look at `causes` and at the task'],
  POOL_CLOSED: ['`close()` or `drain()` was called', 'create another pool'],
  JOURNAL_LOCKED: ['another program that lives has the journal of this `runTasks` open', 'wait for its end, or name another file'],
  JOURNAL_FAILED: [
    'the journal cannot be opened or written: no room, no permission; nothing further was started',
    'remove the cause, and run again with the same journal: what is done is not repeated',
  ],
};

/** Codes that only the results of tasks carry. */
export const taskHelp: Readonly<Record<Exclude<TaskErrorCode, ErrorCode>, Help>> = {
  OUTCOME_UNKNOWN: [
    'the agent was lost after the prompt was written, and the task may not be repeated: what it did is not known',
    'look at what was done; then run it again, or mark such tasks `idempotent` or `resumable`',
  ],
  TASK_SKIPPED: ['a task that it waits for did not succeed', 'mend that one and run both again'],
  TASK_CANCELLED: ['the run ended first: fail-fast, the signal, or the end of the pool', 'run it again; a journal keeps what was finished'],
};
