import type { Session, SessionOptions } from '@subwire/core';
import { NEVER } from 'rxjs';
import type { WorkerFactory } from '../../src/index.ts';
import { createSessionWorkers } from '../../src/sessions/session-workers.ts';

/** Sessions that nobody checks and whose death nobody is told of: what a pool is like that only starts and lends them. For control runs. */
export function unwatchedSessions(options: SessionOptions): WorkerFactory<Session> {
  const workers = createSessionWorkers({
    optionsOf: () => options,
    validateTimeoutMs: 2_000,
    reset: 'dispose',
    isolation: 'per-process',
    measureEveryMs: undefined,
  });
  const { validate: _validate, ...rest } = workers;
  return { ...rest, lost$: () => NEVER };
}
