import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeCli, type Reply } from '@subwire/testing';
import type { SessionOptions } from '@subwire/core';
import { realAgent, realCli } from './real-agent.ts';

/** Whom a session test talks to. */
export type SessionBackend = 'fake' | 'real';

/** The backends that are at hand; where the real CLI is not, `conformance/run.mjs` says why. */
export const sessionBackends: readonly SessionBackend[] = realCli === undefined ? ['fake'] : ['fake', 'real'];

/** An agent in a folder of its own. */
export interface SessionAgent extends AsyncDisposable {
  readonly cwd: string;
  readonly options: SessionOptions;
}

// A real tool call costs a real API call: without this the CLI would retry a failed one for minutes.
const fewRetries = { CLAUDE_CODE_MAX_RETRIES: '1' };

/** An agent whose prompts carry the script of their own answer, as {@link scripted} writes them: the same for both backends. */
export async function sessionAgent(backend: SessionBackend): Promise<SessionAgent> {
  if (backend === 'real') {
    const agent = await realAgent({ steps: [{ kind: 'text', text: 'hello' }], inlineScripts: true });
    const env = { ...agent.options.env, ...fewRetries };
    return { cwd: agent.cwd, options: { ...agent.options, env }, [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose]() };
  }
  const cwd = await mkdtemp(path.join(tmpdir(), 'subwire-fake-'));
  const fake = fakeCli({ sessions: path.join(cwd, '.sessions') });
  return {
    cwd,
    options: { ...fake, cwd, env: { ...fake.env, ...fewRetries, HOME: cwd } },
    [Symbol.asyncDispose]: () => rm(cwd, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/** A prompt that says what the model answers. */
export function scripted(text: string, ...replies: readonly Reply[]): string {
  return `${text} <<fake ${JSON.stringify(replies)}>>`;
}

/** A call of Bash. */
export function bash(command: string): Reply {
  return { kind: 'tool_use', name: 'Bash', input: { command, description: 'run it' } };
}

/** A plain answer. */
export function say(text: string): Reply {
  return { kind: 'text', text };
}
