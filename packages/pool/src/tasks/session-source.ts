import { ConfigError, type Session, type SessionOptions } from '@subwire/core';
import type { Lease, Pool } from '../pool/types.ts';
import { createSessionPool as create, type SessionAcquireOptions, type SessionPool } from '../sessions/create-session-pool.ts';
import { createCredentialSource } from '../sessions/credential-source.ts';
import type { SessionPoolOptions } from '../sessions/session-pool-options.ts';
import type { AgentTask } from './types.ts';

// A lease replaces the pool's options as a whole: what a task adds to them needs to know them.
const sources = new WeakMap<object, () => Promise<SessionOptions>>();

/**
 * A pool of warm sessions. A session serves one lease and is replaced: it remembers its conversation, and nobody else's may begin where that one ended.
 * The key of a lease is the hash of everything that its session is started with, the credential and the version of the CLI included, and of the
 * caller's own `key`. Tasks of `runTasks` may have options of their own on top of the pool's.
 * @throws ConfigError `INVALID_OPTION`
 */
export function createSessionPool(options: SessionPoolOptions = {}): SessionPool {
  const { session = {}, refreshCredential } = options;
  const credential = refreshCredential && createCredentialSource(refreshCredential);
  // Both go through one source: a refresh token works only once.
  const shared = credential && { refreshCredential: async () => ({ credential: await credential(), expiresAtEpochMs: Date.now() }) };
  const pool = create({ ...options, ...shared });
  sources.set(pool, async () => {
    const own = typeof session === 'function' ? session() : session;
    return credential === undefined ? own : { ...own, credential: await credential() };
  });
  return pool;
}

/** Whether a task needs a session of its own kind. */
function isSpecial({ agent, cwd, env, session }: AgentTask, resume: string | undefined): boolean {
  return agent !== undefined || cwd !== undefined || env !== undefined || session !== undefined || resume !== undefined;
}

/** The options of a task's session: its own on top of the run's, or else of the pool's. */
function withTask(base: SessionOptions, task: AgentTask, resume: string | undefined): SessionOptions {
  const { agent, cwd, env, session } = task;
  const merged = { ...base.env, ...session?.env, ...env };
  return {
    ...base,
    ...session,
    ...(Object.keys(merged).length > 0 && { env: merged }),
    ...(agent !== undefined && { agent }),
    ...(cwd !== undefined && { cwd }),
    ...(resume !== undefined && { resume }),
  };
}

/**
 * A lease on a session for a task.
 * @throws what `acquire` of the pool throws; ConfigError `INVALID_OPTION` for a task that needs options when those of the pool are not known
 */
export async function acquireFor(
  pool: Pool<Session>,
  task: AgentTask,
  options: SessionAcquireOptions & { readonly base: SessionOptions | undefined; readonly resume: string | undefined },
): Promise<Lease<Session>> {
  const { base, resume, ...rest } = options;
  if (base === undefined && !isSpecial(task, resume)) return pool.acquire(rest);
  const own = base ?? (await sources.get(pool)?.());
  if (own === undefined) {
    const message = `Task '${task.id}' needs options of its own for its session, and those of this pool are not known. Give them to runTasks as session.`;
    throw new ConfigError({ code: 'INVALID_OPTION', option: 'session', message });
  }
  return (pool as SessionPool).acquire({ ...rest, session: withTask(own, task, resume) });
}
