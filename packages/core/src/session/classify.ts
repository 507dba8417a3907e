import { SubwireError } from '../errors/subwire-error.ts';
import type { ProcessExit } from '../ports/child-process.ts';
import type { ResultMessage } from '../wire/messages.ts';

/** What became of a run. */
export type Verdict = 'ok' | 'retryable' | 'permanent' | 'interrupted' | 'truncated';

/** Everything that is known of the end of a run; whatever is missing is not known. */
export interface Outcome {
  readonly result?: ResultMessage | undefined;
  readonly exit?: ProcessExit | undefined;
  readonly error?: unknown;
  readonly stderrTail?: readonly string[] | undefined;
}

interface Row {
  /** When the row applies, in words. */
  readonly when: string;
  readonly holds: (facts: Facts) => boolean;
  readonly verdict: Verdict;
}

interface Facts {
  readonly result: ResultMessage | undefined;
  readonly status: number | undefined;
  readonly code: number | null | undefined;
  readonly signal: NodeJS.Signals | null | undefined;
  readonly errorCode: string | undefined;
  readonly aborted: boolean;
  readonly retryable: boolean | undefined;
  readonly said: string;
}

const retryableStatus = new Set([408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529]);
const givenUp = new Set(['CONTROL_CANCELED', 'CLOSED']);
const limits = new Set(['error_max_turns', 'error_max_budget_usd', 'error_max_structured_output_retries']);
const stopSignals = new Set(['SIGINT', 'SIGTERM', 'SIGHUP']);
const stopCodes = new Set([129, 130, 143]);
const neverRuns = new Set([126, 127]);
// What the CLI says when the same call cannot succeed: it ends with the code 1 for these as for anything else.
const hopeless =
  /unknown option|unknown command|requires --|--[\w-]+(=\S+)? requires |invalid api key|not logged in|please run \/login|authentication|no conversation found|is already in use|not_claimed|credit balance|must be one of|cannot be used|invalid (value|argument|settings)|is not a valid|error parsing streaming input|missing request on control_request|expected message role/i;
const passing =
  /overloaded|rate.?limit|econnrefused|econnreset|etimedout|enotfound|connection (refused|error|reset)|timed? ?out|temporar|fetch failed|socket hang up/i;

/** Reads from the first row that holds. The result comes first: it is the agent's own word, and the exit code says less. */
const table: readonly Row[] = [
  {
    when: 'the result says that the turn was aborted',
    holds: ({ result }) => result?.terminal_reason?.startsWith('aborted_') ?? false,
    verdict: 'interrupted',
  },
  {
    when: 'a failed result carries a status that passes',
    holds: ({ result, status }) => result?.is_error === true && status !== undefined && retryableStatus.has(status),
    verdict: 'retryable',
  },
  {
    when: 'a failed result carries any other status',
    holds: ({ result, status }) => result?.is_error === true && status !== undefined,
    verdict: 'permanent',
  },
  {
    when: 'a limit of the caller was reached',
    holds: ({ result }) => result !== undefined && limits.has(result.subtype),
    verdict: 'permanent',
  },
  {
    when: 'a failed result says that it cannot work',
    holds: ({ result, said }) => result?.is_error === true && hopeless.test(said),
    verdict: 'permanent',
  },
  {
    when: 'a failed call of the API without a status',
    holds: ({ result }) => result?.is_error === true && result.terminal_reason === 'api_error',
    verdict: 'retryable',
  },
  {
    when: 'a failed result says that it may pass',
    holds: ({ result, said }) => result?.is_error === true && passing.test(said),
    verdict: 'retryable',
  },
  { when: 'any other failed result', holds: ({ result }) => result?.is_error === true, verdict: 'permanent' },
  {
    when: 'the background work of a good result was dropped',
    holds: ({ errorCode }) => errorCode === 'UNFINISHED_BACKGROUND_WORK',
    verdict: 'truncated',
  },
  { when: 'the answer was cut at the limit of tokens', holds: ({ result }) => result?.stop_reason === 'max_tokens', verdict: 'truncated' },
  { when: 'the model refused', holds: ({ result }) => result?.stop_reason === 'refusal', verdict: 'permanent' },
  { when: 'a good result', holds: ({ result }) => result !== undefined, verdict: 'ok' },
  {
    when: 'the caller aborted',
    holds: ({ aborted, errorCode }) => aborted || (errorCode !== undefined && givenUp.has(errorCode)),
    verdict: 'interrupted',
  },
  { when: 'the output ends in the middle of a line', holds: ({ errorCode }) => errorCode === 'STREAM_TRUNCATED', verdict: 'truncated' },
  { when: 'no result, and the last words say that it cannot work', holds: ({ said }) => hopeless.test(said), verdict: 'permanent' },
  {
    when: 'no result, ended by a signal that stops',
    holds: ({ signal }) => signal != null && stopSignals.has(signal),
    verdict: 'interrupted',
  },
  { when: 'no result, ended by another signal', holds: ({ signal }) => signal != null, verdict: 'retryable' },
  {
    when: 'no result, and the code of a signal that stops',
    holds: ({ code }) => code != null && stopCodes.has(code),
    verdict: 'interrupted',
  },
  { when: 'no result, and a program that cannot run', holds: ({ code }) => code != null && neverRuns.has(code), verdict: 'permanent' },
  { when: 'no result, and the code 0', holds: ({ code }) => code === 0, verdict: 'truncated' },
  { when: 'no result, and any other code', holds: ({ code }) => code != null, verdict: 'retryable' },
  { when: 'an error that may pass', holds: ({ retryable }) => retryable === true, verdict: 'retryable' },
  { when: 'any other error', holds: ({ errorCode, retryable }) => errorCode !== undefined || retryable === false, verdict: 'permanent' },
];

function exitOf(error: unknown): ProcessExit | undefined {
  if (!SubwireError.is(error)) return undefined;
  const { exitCode, signal } = error as { readonly exitCode?: number | null; readonly signal?: NodeJS.Signals | null };
  return exitCode === undefined && signal === undefined ? undefined : { code: exitCode ?? null, signal: signal ?? null };
}

function factsOf({ result, exit: givenExit, error, stderrTail = [] }: Outcome): Facts {
  const exit = givenExit ?? exitOf(error);
  const isOurs = SubwireError.is(error);
  const apiStatus = isOurs ? (error as { readonly apiStatus?: number }).apiStatus : undefined;
  const name = error instanceof Error ? error.name : undefined;
  const ownTail = isOurs ? ((error as { readonly stderrTail?: readonly string[] }).stderrTail ?? []) : [];
  return {
    result,
    status: result?.api_error_status ?? apiStatus,
    code: exit?.code,
    signal: exit?.signal,
    errorCode: isOurs ? error.code : undefined,
    aborted: name === 'AbortError',
    retryable: isOurs ? error.retryable : error === undefined ? undefined : false,
    said: [...(result?.errors ?? []), result?.is_error === true ? (result.result ?? '') : '', ...stderrTail, ...ownTail].join('\n'),
  };
}

/**
 * What became of a run, from everything that was said about its end, wherever it was said. A result of subtype success may carry an API failure, and exit
 * codes and `is_error` disagree; so one table decides. No combination is unclassified: an end about which nothing at all is known is `truncated`.
 */
export function classify(outcome: Outcome): Verdict {
  const facts = factsOf(outcome);
  return table.find((row) => row.holds(facts))?.verdict ?? 'truncated';
}
