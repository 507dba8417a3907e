import { createHash } from 'node:crypto';
import { canonicalJson } from '../sessions/session-key.ts';
import type { AgentTask } from './types.ts';

/** A hash of what a task asks for: a result may stand for a task only when it is an answer to the same question. */
export function digestOf({ prompt, agent, context, cwd }: AgentTask): string {
  return createHash('sha256').update(canonicalJson({ prompt, agent, context, cwd })).digest('hex').slice(0, 16);
}
