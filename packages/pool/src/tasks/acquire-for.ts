import { ConfigError, type Session, type SessionOptions } from '@subwire/core';
import type { AcquireOptions, Lease, Pool } from '../pool/types.ts';
import { asSessionPool, type SessionPool } from '../sessions/create-session-pool.ts';
import type { AgentTask } from './types.ts';

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
export function acquireFor(
  pool: Pool<Session>,
  task: AgentTask,
  options: AcquireOptions & { readonly base: SessionOptions | undefined; readonly resume: string | undefined },
): Promise<Lease<Session>> {
  const { base, resume, ...rest } = options;
  if (base === undefined && !isSpecial(task, resume)) return pool.acquire(rest);
  // Whoever gives options for the sessions of a pool of their own says that it takes them.
  const sessions = base === undefined ? asSessionPool(pool) : (pool as SessionPool);
  if (sessions !== undefined)
    return sessions.acquire({ ...rest, session: base === undefined ? (own) => withTask(own, task, resume) : withTask(base, task, resume) });
  const message = `Task '${task.id}' needs options of its own for its session, and those of this pool are not known. Give them to runTasks as session.`;
  return Promise.reject(new ConfigError({ code: 'INVALID_OPTION', option: 'session', message }));
}
