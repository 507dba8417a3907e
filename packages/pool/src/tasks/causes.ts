import { classify, LimitError, SubwireError, type ResultMessage } from '@subwire/core';
import { classifyCause } from '../policy/classify-cause.ts';
import type { TaskCause, TaskPhase } from './retry-table.ts';
import type { TaskFailure } from './types.ts';

/** What a result says about the attempt; undefined: it succeeded. */
export function causeOfResult(result: ResultMessage): TaskCause | undefined {
  const verdict = classify({ result });
  if (verdict === 'ok') return undefined;
  return verdict === 'retryable' ? 'overloaded' : 'refused';
}

// Clocks that run out when an agent has stopped answering. One that waits for a human has not.
const hung = new Set(['init', 'first-output', 'silence.model', 'silence.tool', 'silence.background']);

/** What an error says about the attempt. */
export function causeOfError(error: unknown, phase: TaskPhase): TaskCause {
  if (SubwireError.is(error, 'TIME_LIMIT') && error instanceof LimitError && hung.has(error.clock ?? '')) return 'timeout';
  if (error instanceof LimitError || (SubwireError.is(error) && /_LIMIT$|^BUDGET_/.test(error.code))) return 'limit';
  if (SubwireError.is(error, 'POOL_CLOSED')) return 'stopped';
  if (classifyCause(error) === 'permanent') return 'permanent';
  if (phase === 'waiting') return 'shortage';
  if (SubwireError.is(error, 'UNFINISHED_BACKGROUND_WORK')) return 'refused';
  if (SubwireError.is(error, 'RESULT_ERROR')) return error.retryable ? 'overloaded' : 'refused';
  return 'crash';
}

/** The failure that a failed result stands for. */
export function failureOfResult(result: ResultMessage): TaskFailure {
  const said = [...(result.errors ?? []), result.result ?? ''].filter((text) => text !== '');
  return { code: 'RESULT_ERROR', message: said[0] ?? `The agent ended its turn with ${result.subtype}.` };
}

/** An error as what a result can carry: its code and sentence, without stacks and processes. */
export function failureOf(error: unknown): TaskFailure {
  // That a worker was lost is the pool's view; why is what the reader wants.
  if (SubwireError.is(error, 'WORKER_LOST') && SubwireError.is(error.cause)) return failureOf(error.cause);
  if (SubwireError.is(error)) {
    const { code, message, cause } = error;
    return { code, message, ...(SubwireError.is(cause) && { causes: [failureOf(cause)] }) };
  }
  if (error instanceof Error) {
    const { code } = error as { readonly code?: unknown };
    return { code: typeof code === 'string' ? code : error.name, message: error.message };
  }
  return { code: 'UNKNOWN', message: String(error) };
}
