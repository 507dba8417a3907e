import { fullJitterBackoff } from '../policy/backoff.ts';
import type { AgentTask } from './types.ts';

/** Every default of a run, in one place. */
export const runDefaults = Object.freeze({
  concurrency: 4,
  timeoutMs: 300_000,
  retries: 3,
  backoff: fullJitterBackoff(),
  order: 'completion',
  failFast: false,
  messages: true,
  tenant: '',
  priority: 5,
  /** Waiting for this long makes up for one step of priority, in milliseconds. */
  ageingMs: 10_000,
  /** In input order: results that are held before nothing more is taken from an iterator. */
  maxHeldResults: 1_000,
  /** From an iterator: tasks that may wait for others before the run is refused. */
  maxBlocked: 10_000,
  /** From an iterator: finished tasks whose ids are remembered. */
  maxRemembered: 100_000,
  /** Events that an iterating reader may be behind before nothing more is started. */
  maxAhead: 256,
  promptOf: (task: AgentTask): string => {
    if (task.context === undefined) return task.prompt;
    return `${task.prompt}\n\n<context>\n${JSON.stringify(task.context, undefined, 2)}\n</context>`;
  },
  resumePrompt: (task: AgentTask): string =>
    `The process that worked on this was lost. Look at what is done already, do not repeat it, and finish the task:\n\n${task.prompt}`,
} as const);
