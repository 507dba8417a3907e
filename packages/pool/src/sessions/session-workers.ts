import { ControlError, openSession, type CloseReceipt, type Session, type SessionOptions } from '@subwire/core';
import { map, type Observable } from 'rxjs';
import { PoolError } from '../policy/pool-error.ts';
import type { CreateContext, WorkerFactory } from '../policy/worker-factory.ts';

/** How sessions are made into workers. */
export interface SessionWorkersOptions {
  /** The options of the session that a key stands for. */
  readonly optionsOf: (key: string) => SessionOptions | undefined;
  /** How long an answer to a sign of life may take, in milliseconds. */
  readonly validateTimeoutMs: number;
}

/** Workers that are sessions: warm as soon as the agent has answered `initialize`. Warming sends no prompt. */
export function createSessionWorkers({ optionsOf, validateTimeoutMs }: SessionWorkersOptions): WorkerFactory<Session> {
  async function create({ key, slot, signal }: CreateContext): Promise<Session> {
    const options = optionsOf(key);
    if (options === undefined) {
      const message = 'The key of this worker stands for no session options: acquire through the session pool that made the key.';
      throw new PoolError({ code: 'WARMUP_FAILED', slot, message });
    }
    return openSession({ ...options, signal });
  }

  return {
    create,
    lost$: ({ transport }): Observable<unknown> => transport.exit$.pipe(map((exit) => transport.failure ?? exit)),
    async validate({ transport, mcpStatus }) {
      if (!transport.isConnected) return false;
      try {
        await mcpStatus({ timeoutMs: validateTimeoutMs });
        return true;
      } catch (cause) {
        // A refusal is an answer: only a live agent refuses.
        return cause instanceof ControlError && cause.code === 'CONTROL_REJECTED';
      }
    },
    pidOf: ({ transport }) => transport.pid,
    destroy(session, { signal }): Promise<CloseReceipt> {
      const closed = session.close();
      const hurry = (): void => void session.transport.close({ from: 'term', signal });
      if (signal.aborted) hurry();
      else signal.addEventListener('abort', hurry, { once: true });
      return closed.finally(() => signal.removeEventListener('abort', hurry));
    },
  };
}
