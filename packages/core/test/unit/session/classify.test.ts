import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  classify,
  ClosedError,
  ControlError,
  ExitError,
  LimitError,
  type Outcome,
  ProtocolError,
  ResultError,
  type ResultMessage,
  type Verdict,
} from '@subwire/core';

interface Recorded {
  readonly result: Partial<ResultMessage> | null;
  readonly exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null };
  readonly stderr: readonly string[];
  readonly verdict: Verdict;
  readonly about: string;
}

const recorded = JSON.parse(readFileSync(new URL('../../fixtures/session/outcomes.json', import.meta.url), 'utf8')) as readonly Recorded[];
const exit = (code: number | null, signal: NodeJS.Signals | null = null) => ({ code, signal });

describe('P45 what became of a run', () => {
  test.each(recorded)('as recorded: $about', ({ result, exit: end, stderr, verdict }) => {
    const outcome: Outcome = { ...(result !== null && { result: result as ResultMessage }), exit: end, stderrTail: stderr };
    expect(classify(outcome)).toBe(verdict);
  });

  test.each([429, 500, 502, 503, 529, 408])('an API failure with the status %i inside a success may pass', (status) => {
    const result = {
      type: 'result',
      subtype: 'success',
      is_error: true,
      api_error_status: status,
      terminal_reason: 'api_error',
    } as ResultMessage;
    expect(classify({ result, exit: exit(1) })).toBe('retryable');
  });

  test.each([400, 401, 403, 404, 413])('one with the status %i does not', (status) => {
    const result = {
      type: 'result',
      subtype: 'success',
      is_error: true,
      api_error_status: status,
      terminal_reason: 'api_error',
    } as ResultMessage;
    expect(classify({ result, exit: exit(1) })).toBe('permanent');
  });

  const exitError = (
    code: 'EXIT_EARLY' | 'EXIT_NONZERO' | 'EXIT_SIGNAL',
    exitCode: number | null,
    signal: NodeJS.Signals | null,
    stderrTail: readonly string[] = [],
  ) => new ExitError({ code, exitCode, signal, stderrTail, phase: 'running', message: 'x' });

  test.each<[string, unknown, Verdict]>([
    ['a bad flag', exitError('EXIT_EARLY', 1, null, ["error: unknown option '--nonsense'"]), 'permanent'],
    ['a session id in use', exitError('EXIT_EARLY', 1, null, ['Error: Session ID x is already in use.']), 'permanent'],
    ['a crash', exitError('EXIT_NONZERO', 134, null), 'retryable'],
    ['a kill from outside', exitError('EXIT_SIGNAL', null, 'SIGKILL'), 'retryable'],
    ['a TERM from outside', exitError('EXIT_NONZERO', 143, null), 'interrupted'],
    ['an end without a result', exitError('EXIT_EARLY', 0, null), 'truncated'],
    ['a stop of ours', new ClosedError({ code: 'CLOSED', message: 'x' }), 'interrupted'],
    ['a prompt that was taken back', new ControlError({ code: 'CONTROL_CANCELED', subtype: 'interrupt', message: 'x' }), 'interrupted'],
    ['a cut line', new ProtocolError({ code: 'STREAM_TRUNCATED', message: 'x' }), 'truncated'],
    ['dropped background work', new ResultError({ code: 'UNFINISHED_BACKGROUND_WORK', message: 'x' }), 'truncated'],
    ['a clock', new LimitError({ code: 'TIME_LIMIT', limit: 1, message: 'x' }), 'permanent'],
    ['a slow start', new LimitError({ code: 'TIME_LIMIT', limit: 1, retryable: true, message: 'x' }), 'retryable'],
    ['an abort', new DOMException('x', 'AbortError'), 'interrupted'],
    ['a failed result as an error', new ResultError({ code: 'RESULT_ERROR', apiStatus: 529, retryable: true, message: 'x' }), 'retryable'],
    ['an error of somebody else', new TypeError('x'), 'permanent'],
  ])('%s', (_, error, verdict) => {
    expect(classify({ error })).toBe(verdict);
  });

  test('every combination of subtype, is_error, status, exit and stderr has a verdict', () => {
    const verdicts = new Set<Verdict>(['ok', 'retryable', 'permanent', 'interrupted', 'truncated']);
    const subtypes = ['success', 'error_during_execution', 'error_max_turns', 'error_max_budget_usd', 'something_new'];
    const exits = [undefined, exit(0), exit(1), exit(129), exit(137), exit(143), exit(null, 'SIGKILL'), exit(null, 'SIGTERM'), exit(null)];
    for (const subtype of subtypes)
      for (const isError of [true, false])
        for (const status of [undefined, null, 400, 429, 500])
          for (const end of exits)
            for (const stderrTail of [[], ['Invalid API key']]) {
              const result = { type: 'result', subtype, is_error: isError, api_error_status: status } as ResultMessage;
              expect(verdicts.has(classify({ result, exit: end, stderrTail }))).toBe(true);
              expect(verdicts.has(classify({ exit: end, stderrTail }))).toBe(true);
              if (!isError && subtype === 'success') expect(classify({ result, exit: end, stderrTail })).toBe('ok');
              if (isError) expect(classify({ result, exit: end, stderrTail })).not.toBe('ok');
            }
    expect(classify({})).toBe('truncated');
  });
});
