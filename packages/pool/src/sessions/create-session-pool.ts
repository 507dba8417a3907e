import type { Session, SessionOptions } from '@subwire/core';
import type { PoolOptions } from '../policy/options.ts';
import { resolveOptions } from '../policy/resolve-options.ts';
import { createPool } from '../pool/create-pool.ts';
import type { AcquireOptions, Lease, Pool } from '../pool/types.ts';
import { useWorker } from '../pool/use.ts';
import { readKeyContext } from './host-identity.ts';
import { sessionKey } from './session-key.ts';
import { createSessionWorkers } from './session-workers.ts';

/** Options of {@link createSessionPool}. */
export interface SessionPoolOptions extends PoolOptions {
  /** How sessions are started; a function is asked before each lease, so that a rotated credential is noticed. @defaultValue those of `openSession` */
  readonly session?: SessionOptions | (() => SessionOptions);
}

/**
 * A pool of warm sessions. A session serves one lease and is replaced: it remembers its conversation, and nobody else's may begin where that one ended.
 * @throws ConfigError `INVALID_OPTION`
 */
export function createSessionPool(options: SessionPoolOptions = {}): Pool<Session> {
  const { session: given = {}, ...poolOptions } = options;
  const recipes = new Map<string, SessionOptions>();
  const current = (): SessionOptions => (typeof given === 'function' ? given() : given);
  const initial = current();
  const startTimeoutMs = poolOptions.startTimeoutMs ?? initial.initializeTimeoutMs;
  const withDefaults: PoolOptions = { maxUses: 1, ...poolOptions, ...(startTimeoutMs !== undefined && { startTimeoutMs }) };
  const { validateTimeoutMs } = resolveOptions(withDefaults);
  const pool = createPool(createSessionWorkers({ optionsOf: (key) => recipes.get(key), validateTimeoutMs }), withDefaults);
  let warmKey: string | undefined;

  async function keyFor(sessionOptions: SessionOptions, label: string): Promise<string> {
    const key = sessionKey(sessionOptions, await readKeyContext(sessionOptions, label));
    recipes.set(key, sessionOptions);
    return key;
  }

  /** The key of the pool's own options as they are now. When it has changed, no worker of the old one is handed out any more. */
  async function refresh(): Promise<string> {
    const key = await keyFor(current(), options.key ?? '');
    if (key !== warmKey) {
      warmKey = key;
      pool.reload({ key });
    }
    return key;
  }

  async function acquire(acquireOptions: AcquireOptions = {}): Promise<Lease<Session>> {
    acquireOptions.signal?.throwIfAborted();
    const own = await refresh();
    const key = acquireOptions.key === undefined ? own : await keyFor(current(), acquireOptions.key);
    return pool.acquire({ ...acquireOptions, key });
  }

  return {
    get stats() {
      return pool.stats;
    },
    stats$: pool.stats$,
    events$: pool.events$,
    snapshot: () => pool.snapshot(),
    async warm() {
      await refresh();
      await pool.warm();
    },
    acquire,
    use: (work, useOptions) => useWorker(acquire, work, useOptions),
    resize: (size) => pool.resize(size),
    pause: () => pool.pause(),
    resume: () => pool.resume(),
    reload: (reloadOptions) => pool.reload(reloadOptions),
    drain: () => pool.drain(),
    close: (closeOptions) => pool.close(closeOptions),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}
