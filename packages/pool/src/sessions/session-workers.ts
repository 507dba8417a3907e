import { ControlError, openSession, probeContainment, type CloseReceipt, type Session, type SessionOptions } from '@subwire/core';
import { catchError, EMPTY, endWith, firstValueFrom, ignoreElements, map, merge, timer, type Observable } from 'rxjs';
import { PoolError } from '../policy/pool-error.ts';
import type { CreateContext, DestroyContext, WorkerFactory, WorkerUsage } from '../policy/worker-factory.ts';
import { clearConversation } from './clear-conversation.ts';
import { configFolderOf, createPrivateConfig, type PrivateConfig } from './private-config.ts';
import { phasesOf } from './session-phases.ts';
import { recordSession, type SessionRecord } from './session-record.ts';
import { lockStart } from './start-lock.ts';
import { watchGrants } from './watch-grants.ts';

/** How sessions are made into workers. */
export interface SessionWorkersOptions {
  /** The options of the session that a key stands for. */
  readonly optionsOf: (key: string) => SessionOptions | undefined;
  /** How long an answer to a sign of life may take, in milliseconds. */
  readonly validateTimeoutMs: number;
  readonly reset: 'dispose' | 'clear';
  readonly isolation: 'shared' | 'per-process';
  /** How often memory is measured, in milliseconds; undefined: not at all. */
  readonly measureEveryMs: number | undefined;
}

// How long the end of a session may take to reach its prompts once its process has gone, in milliseconds.
const maxFarewellMs = 1_000;

/** Emits when everything that the session had to say has been said. */
function endOf({ messages$ }: Session): Observable<unknown> {
  return messages$.pipe(
    ignoreElements(),
    catchError(() => EMPTY),
    endWith(undefined),
  );
}

interface SessionBelongings {
  readonly record: SessionRecord;
  readonly config: PrivateConfig | undefined;
  readonly containment: string | undefined;
}

/** What keeps the tree of a session together. Its transport has asked the same question before, so the answer is there. */
async function containmentOf({ spawner, containment = 'auto' }: SessionOptions): Promise<string | undefined> {
  // A process that the caller starts is the caller's to keep together.
  if (spawner !== undefined) return undefined;
  return containment === 'auto' ? (await probeContainment()).tier : containment;
}

interface Measured {
  usage?(options: { readonly everyMs: number }): Observable<WorkerUsage>;
}

/** Workers that are sessions: warm as soon as the agent has answered `initialize`. Warming sends no prompt. */
export function createSessionWorkers(settings: SessionWorkersOptions): WorkerFactory<Session> {
  const belongings = new WeakMap<Session, SessionBelongings>();

  /** A session of the caller's fallback has no record: it is never cleared, so nobody needs to tell whose requests it got. */
  function askOf(session: Session): SessionRecord['ask'] {
    return belongings.get(session)?.record.ask ?? ((request) => request());
  }

  async function open(options: SessionOptions, config: PrivateConfig | undefined): Promise<Session> {
    const watched = watchGrants(options);
    const session = await openSession(watched.options);
    belongings.set(session, { record: recordSession(session, watched.hasGranted), config, containment: await containmentOf(options) });
    return session;
  }

  async function openPrivately(options: SessionOptions, signal: AbortSignal): Promise<Session> {
    const config = await createPrivateConfig(options);
    try {
      return await open({ ...options, env: { ...options.env, CLAUDE_CONFIG_DIR: config.folder }, signal }, config);
    } catch (cause) {
      await config.remove();
      throw cause;
    }
  }

  async function openShared(options: SessionOptions, signal: AbortSignal): Promise<Session> {
    const unlock = await lockStart(configFolderOf(options), signal);
    try {
      return await open({ ...options, signal }, undefined);
    } finally {
      unlock();
    }
  }

  async function create({ key, slot, signal }: CreateContext): Promise<Session> {
    const options = settings.optionsOf(key);
    if (options === undefined) {
      const message = 'The key of this worker stands for no session options: acquire through the session pool that made the key.';
      throw new PoolError({ code: 'WARMUP_FAILED', slot, message });
    }
    return settings.isolation === 'per-process' ? openPrivately(options, signal) : openShared(options, signal);
  }

  async function destroy(session: Session, { signal }: DestroyContext): Promise<CloseReceipt> {
    // Closing at once would make open prompts fail with CLOSED, although it was the agent that ended, and by itself.
    if (!session.transport.isConnected) await firstValueFrom(merge(timer(maxFarewellMs), endOf(session)));
    const closed = session.close();
    const hurry = (): void => void session.transport.close({ from: 'term', signal }).catch(() => {});
    if (signal.aborted) hurry();
    else signal.addEventListener('abort', hurry, { once: true });
    try {
      return await closed;
    } finally {
      signal.removeEventListener('abort', hurry);
      await belongings.get(session)?.config?.remove();
    }
  }

  return {
    create,
    lost$: ({ transport }): Observable<unknown> => transport.exit$.pipe(map((exit) => transport.failure ?? exit)),
    async validate(session) {
      const { transport } = session;
      if (!transport.isConnected) return false;
      try {
        await askOf(session)(() => session.mcpStatus({ timeoutMs: settings.validateTimeoutMs }));
        return transport.isConnected;
      } catch (cause) {
        // A refusal is an answer: only a live agent refuses.
        return cause instanceof ControlError && cause.code === 'CONTROL_REJECTED';
      }
    },
    async reset(session) {
      if (settings.reset === 'dispose' || !session.transport.isConnected) return 'retire';
      return (await clearConversation(session, belongings.get(session)?.record)) ? 'reuse' : 'retire';
    },
    usageOf({ transport }) {
      const { measureEveryMs: everyMs } = settings;
      return everyMs === undefined ? EMPTY : ((transport as Measured).usage?.({ everyMs }) ?? EMPTY);
    },
    wearOf: (session) => belongings.get(session)?.record.wear ?? {},
    pressure$: (session) => belongings.get(session)?.record.pressure$ ?? EMPTY,
    spend$: (session) => belongings.get(session)?.record.spend$ ?? EMPTY,
    phases$: (session) => phasesOf(session, askOf(session)),
    containmentOf: (session) => belongings.get(session)?.containment,
    pidOf: ({ transport }) => transport.pid,
    destroy,
  };
}
