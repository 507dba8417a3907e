import type { ControlChannel } from '../control/types.ts';
import { ExitError } from '../errors/exit-error.ts';
import { defaults } from '../policy/defaults.ts';
import type { InitializeResponse } from '../wire/control.ts';
import type { InitializeRequest } from '../wire/control-outgoing.ts';
import type { SessionOptions } from './types.ts';

/** The body of `initialize`: what does not fit on a command line, or must not be seen there. */
export function initializeBody(options: SessionOptions): InitializeRequest {
  return {
    hooks: null,
    ...(options.systemPrompt !== undefined && { systemPrompt: [options.systemPrompt] }),
    ...(options.appendSystemPrompt !== undefined && { appendSystemPrompt: options.appendSystemPrompt }),
    ...(options.agents !== undefined && { agents: options.agents }),
  };
}

/**
 * Asks `initialize` and waits for the answer: only then is the process known to work. A process that ends before is reported as such, whatever its
 * exit code.
 */
export async function shakeHands(control: ControlChannel, options: SessionOptions): Promise<InitializeResponse> {
  const { initializeTimeoutMs: timeoutMs = defaults.initializeTimeoutMs, signal } = options;
  try {
    return await control.request('initialize', initializeBody(options), { timeoutMs, ...(signal !== undefined && { signal }) });
  } catch (cause) {
    if (!(cause instanceof ExitError)) throw cause;
    const { exitCode, signal: exitSignal, stderrTail, pid } = cause;
    throw new ExitError({
      code: 'EXIT_EARLY',
      phase: 'initializing',
      exitCode,
      signal: exitSignal,
      stderrTail,
      pid,
      cause,
      message: cause.message,
    });
  }
}
