import { ConfigError, type SessionOptions } from '@subwire/core';
import type { PoolGovernor, PoolOptions } from '../policy/options.ts';
import type { TimedCredential } from './credential-source.ts';

/** Options of `createSessionPool`. */
export interface SessionPoolOptions extends Omit<PoolOptions, 'governor'> {
  /** How sessions are started; a function is asked before each lease, so that what has changed is noticed. @defaultValue those of `openSession` */
  readonly session?: SessionOptions | (() => SessionOptions);
  /**
   * What becomes of a session after its lease: it ends, or its conversation is cleared, which has to be proven by a new session id, and only the very
   * same key gets it again.
   * @defaultValue 'dispose'
   */
  readonly reset?: 'dispose' | 'clear';
  /**
   * Whether agents share one configuration folder, and are therefore started one after the other, or each get a private copy.
   * @defaultValue 'shared'
   */
  readonly isolation?: 'shared' | 'per-process';
  /** Brings a credential, and says when it expires; asked once per expiry, whatever the number of sessions. @defaultValue none */
  readonly refreshCredential?: () => Promise<TimedCredential>;
  /** Limits leases to what the provider takes; false: nothing does. @defaultValue one per credential, for all pools of this host */
  readonly governor?: PoolGovernor | false;
}

const names = { reset: ['dispose', 'clear'], isolation: ['shared', 'per-process'] } as const;

/** @throws ConfigError `INVALID_OPTION` */
export function checkSessionPoolOptions(options: SessionPoolOptions): void {
  for (const [option, allowed] of Object.entries(names)) {
    const value = options[option as keyof typeof names];
    if (value === undefined || (allowed as readonly string[]).includes(value)) continue;
    throw new ConfigError({
      code: 'INVALID_OPTION',
      option,
      message: `Option ${option} must be one of ${allowed.join(', ')}, and is ${JSON.stringify(value)}.`,
    });
  }
}
