import { existsSync } from 'node:fs';
import { openSession, type Session, type SessionOptions } from '@subwire/core';
import { type SessionBackend, sessionAgent } from './session-agent.ts';

type Work<R> = (session: Session, cwd: string, options: SessionOptions) => Promise<R>;

/** Work in a session of its own over the real or the fake CLI, which is closed afterwards. */
export function withSessionOver(backend: SessionBackend) {
  return async <R>(options: SessionOptions, work: Work<R>): Promise<R> => {
    await using agent = await sessionAgent(backend);
    const all = { ...agent.options, ...options };
    await using session = await openSession(all);
    return await work(session, agent.cwd, all);
  };
}

/** Waits for a file that an agent's tool makes. */
export async function appears(file: string): Promise<void> {
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 20));
}
