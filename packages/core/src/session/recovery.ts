import { ConfigError } from '../errors/config-error.ts';
import type { SessionOptions } from './options.ts';

/**
 * How to go on after the end of a process: in the same conversation, in a copy of it, or from nothing. After an unclean end (`session.dirty` is not empty) the
 * conversation holds calls of tools without a result; a copy leaves the original as evidence.
 */
export type RecoveryMode = 'resume' | 'fork' | 'fresh';

/**
 * The options for it.
 * @throws ConfigError `INVALID_OPTION` when there is no conversation to go on with
 */
export function recoveryOptions(sessionId: string | undefined, mode: RecoveryMode): Pick<SessionOptions, 'resume' | 'forkSession'> {
  if (mode === 'fresh') return {};
  if (sessionId === undefined) {
    const message = `The session has no id yet, so that there is nothing to ${mode}. Use 'fresh'.`;
    throw new ConfigError({ code: 'INVALID_OPTION', option: 'mode', message });
  }
  return mode === 'fork' ? { resume: sessionId, forkSession: true } : { resume: sessionId };
}
