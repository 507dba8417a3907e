import { LimitError } from '@subwire/core';
import { formatSpan } from '../../render/summary.ts';
import { CommandError } from './command-error.ts';
import type { StopReason } from './stop-decision.ts';

/** What is known of a stop besides its reason. */
export interface StopFacts {
  readonly timeoutMs: number | undefined;
  /** Fires with the cause when stdout could not be written. */
  readonly closed: AbortSignal;
}

function writeError(cause: unknown): Error | undefined {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  if (code === 'EPIPE') return undefined;
  return new CommandError('OUTPUT_FAILED', `The answer could not be written to stdout (${String(code)}). Check that its disk has room.`);
}

/** What to tell the user about a stop; undefined when a reader of stdout had enough, which is nobody's mistake. */
export function stopError(reason: StopReason, { timeoutMs = 0, closed }: StopFacts): Error | undefined {
  switch (reason) {
    case 'timed-out': {
      const message = `The run took longer than ${formatSpan(timeoutMs)} and was ended with everything that it had started.`;
      return new LimitError({ code: 'TIME_LIMIT', limit: timeoutMs, clock: 'total', message });
    }
    case 'reader-gone':
      return writeError(closed.reason);
    case 'interrupted':
      return new CommandError('INTERRUPTED', 'Interrupted: the agent and everything that it had started were ended.');
    case 'terminated':
      return new CommandError('TERMINATED', 'Ended by SIGTERM, together with the agent and everything that it had started.');
    case 'hung-up':
      return new CommandError('HUNG_UP', 'The terminal has gone: the agent and everything that it had started were ended.');
  }
}
