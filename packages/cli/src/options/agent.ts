import { basename, isAbsolute, resolve } from 'node:path';
import type { SessionOptions } from '@subwire/core';
import { readSteps } from './transcript-steps.ts';
import { UsageError } from './usage-error.ts';

/** How an agent is started. */
export type AgentLaunch = Pick<SessionOptions, 'command' | 'env' | 'allowedCommands'>;

/** What an agent's name is resolved against. */
export interface AgentContext {
  readonly cwd: string;
}

async function fakeLaunch(): Promise<AgentLaunch> {
  const { fakeCli } = await import('@subwire/testing');
  const { command, env } = fakeCli();
  return { command, env, allowedCommands: [command[0]] };
}

/** A transcript's name, and which of its runs: `FILE` or `FILE#RUN`. */
async function replayLaunch(source: string, cwd: string): Promise<AgentLaunch> {
  const { fakeCli } = await import('@subwire/testing');
  const { command, env } = fakeCli(await readSteps(source, cwd));
  return { command, env, allowedCommands: [command[0]] };
}

/**
 * How to start the agent of `--agent`. A path counts from our own directory, not from the agent's.
 * @throws UsageError; TranscriptError for a transcript that cannot be played
 */
export async function resolveAgent(agent: string, { cwd }: AgentContext): Promise<AgentLaunch> {
  if (agent === 'claude') return {};
  if (agent === 'fake') return fakeLaunch();
  if (agent.startsWith('replay:')) return replayLaunch(agent.slice('replay:'.length), cwd);
  if (agent.trim() === '') throw new UsageError('--agent is empty. Give claude, fake, replay:FILE, or the path of a program.');
  const isPath = /[/\\]/.test(agent);
  const command = isPath && !isAbsolute(agent) ? resolve(cwd, agent) : agent;
  return { command, allowedCommands: [basename(command)] };
}
