import { SubwireError } from '@subwire/core';
import { type ExitCode, exitCodes } from '../../io/exit-codes.ts';
import type { StopReason } from './stop-decision.ts';

const usageCodes: ReadonlySet<string> = new Set([
  'USAGE',
  'INVALID_OPTION',
  'COMMAND_NOT_ALLOWED',
  'BATCH_FILE_REFUSED',
  'CWD_NOT_FOUND',
  'JOURNAL_LOCKED',
]);
const missingCodes: ReadonlySet<string> = new Set(['CLI_NOT_FOUND', 'CLI_NOT_EXECUTABLE', 'INTERPRETER_NOT_FOUND', 'CLI_TOO_OLD']);
const resultCodes: ReadonlySet<string> = new Set(['RESULT_ERROR', 'UNFINISHED_BACKGROUND_WORK']);

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): ExitCode {
  const code = SubwireError.is(error) ? error.code : undefined;
  if (code === undefined) return exitCodes.failed;
  if (usageCodes.has(code)) return exitCodes.usage;
  if (missingCodes.has(code)) return exitCodes.cliMissing;
  return resultCodes.has(code) ? exitCodes.resultError : exitCodes.failed;
}

/**
 * The exit code for a run that was stopped.
 * @param error what there is to tell about the stop; a reader that had enough is no failure, a full disk is one
 */
export function exitCodeOfStop(reason: StopReason, error?: Error): ExitCode {
  const codes: Readonly<Record<StopReason, ExitCode>> = {
    interrupted: exitCodes.interrupted,
    terminated: exitCodes.terminated,
    'hung-up': exitCodes.hungUp,
    'timed-out': exitCodes.failed,
    'reader-gone': error === undefined ? exitCodes.done : exitCodes.failed,
  };
  return codes[reason];
}
