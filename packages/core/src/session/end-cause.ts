import { ClosedError } from '../errors/closed-error.ts';
import { ExitError } from '../errors/exit-error.ts';
import { ResultError } from '../errors/result-error.ts';
import { SubwireError } from '../errors/subwire-error.ts';
import type { ResultMessage } from '../wire/messages.ts';
import { classify } from './classify.ts';

/** What is known of a session whose process has ended. */
export interface SessionEnd {
  readonly sessionId: string | undefined;
  /** The last result, if nothing but notes came after it. */
  readonly lastResult: ResultMessage | undefined;
  /** Background tasks that were under way. */
  readonly taskIds: readonly string[];
  /** Prompts without a result. */
  readonly openTurns: number;
  readonly stderrTail: readonly string[];
  readonly pid: number | undefined;
}

/** The agent's own words about a failed result. */
export function resultError(result: ResultMessage, cause?: unknown): ResultError {
  const errors = result.errors?.filter((text) => text.trim() !== '') ?? [];
  const status = result.api_error_status ?? undefined;
  const answer = result.result?.trim() ?? '';
  const said = errors.length > 0 ? errors.join('; ') : answer !== '' ? answer : result.subtype;
  return new ResultError({
    code: 'RESULT_ERROR',
    subtype: result.subtype,
    errors,
    apiStatus: status,
    sessionId: result.session_id,
    retryable: classify({ result }) === 'retryable',
    message: `The agent ended with an error${status === undefined ? '' : ` (HTTP ${status})`}: ${said}`,
    ...(cause !== undefined && { cause }),
  });
}

/** The error of a session that ended while background work went on: the result before it may say success, but the work was dropped. */
export function unfinishedWork(end: SessionEnd, cause?: unknown): ResultError {
  const { taskIds, sessionId } = end;
  const message = `The session ended with background work under way (${taskIds.join(', ')}), which was dropped. Wait for it with whenQuiescent(), or stop it.`;
  return new ResultError({ code: 'UNFINISHED_BACKGROUND_WORK', taskIds, sessionId, message, ...(cause !== undefined && { cause }) });
}

/** The error of what was under way when the caller stopped or closed the session: no crash. */
export function stoppedByCaller(): ClosedError {
  return new ClosedError({
    code: 'CLOSED',
    state: 'closing',
    message: 'The session was stopped before this was done. Its id stays, to go on with later.',
  });
}

/** The error of a process that left in order, but without the result that is due. */
export function noResult(end: SessionEnd): ExitError {
  const { stderrTail, pid, sessionId } = end;
  const said = stderrTail.length === 0 ? 'It wrote nothing to stderr.' : `Its last words on stderr: ${stderrTail.slice(-5).join(' | ')}`;
  return new ExitError({
    code: 'EXIT_EARLY',
    exitCode: 0,
    signal: null,
    phase: 'running',
    stderrTail,
    pid,
    sessionId,
    message: `The process exited with code 0 before the agent gave its result. ${said}`,
  });
}

/** Replaces a bare exit by what the agent said about it, wherever it said it: in its result, on stderr, or not at all. */
export function explainEnd(cause: unknown, end: SessionEnd): unknown {
  if (!SubwireError.is(cause) || !(cause instanceof ExitError)) return cause;
  const { lastResult, sessionId } = end;
  if (lastResult?.is_error === true) return resultError(lastResult, cause);
  if (end.taskIds.length > 0) return unfinishedWork(end, cause);
  const { code, exitCode, signal, stderrTail, pid, message, retryable } = cause;
  const phase = end.openTurns > 0 ? 'running' : 'idle';
  return new ExitError({ code, exitCode, signal, stderrTail, pid, phase, sessionId, message, retryable, cause });
}
