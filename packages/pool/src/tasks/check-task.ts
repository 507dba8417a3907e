import { ConfigError } from '@subwire/core';
import type { AgentTask, RunTasksOptions } from './types.ts';

/** @throws ConfigError `INVALID_OPTION` */
export function refuse(option: string, message: string): never {
  throw new ConfigError({ code: 'INVALID_OPTION', option, message });
}

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

/** @throws ConfigError `INVALID_OPTION` for a task that nobody could run */
export function checkTask(task: AgentTask, index: number): void {
  const where = `tasks[${index}]`;
  const given = task as Partial<AgentTask> | null | undefined;
  if (given === null || typeof given !== 'object') refuse(where, `Task ${index} must be an object with an id and a prompt.`);
  const { id, prompt, after, priority, timeoutMs, context } = given;
  if (typeof id !== 'string' || id === '') refuse(`${where}.id`, `Task ${index} needs an id, a string that is not empty.`);
  if (typeof prompt !== 'string') refuse(`${where}.prompt`, `Task '${id}' needs a prompt, a string.`);
  if (after !== undefined && !(Array.isArray(after) && after.every((other) => typeof other === 'string'))) {
    refuse(`${where}.after`, `Option after of task '${id}' must be a list of task ids.`);
  }
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 0 && priority <= 9)) {
    refuse(
      `${where}.priority`,
      `Option priority of task '${id}' must be a whole number from 0 (first) to 9 (last), and is ${String(priority)}.`,
    );
  }
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs > 0)) {
    refuse(
      `${where}.timeoutMs`,
      `Option timeoutMs of task '${id}' must be a number of milliseconds of more than 0, and is ${String(timeoutMs)}.`,
    );
  }
  if (context !== undefined && !isJson(context)) refuse(`${where}.context`, `Option context of task '${id}' cannot be written as JSON.`);
}

const optionNames: ReadonlySet<string> = new Set([
  'concurrency',
  'timeoutMs',
  'retries',
  'backoff',
  'order',
  'failFast',
  'journal',
  'budget',
  'signal',
  'messages',
  'onResult',
  'lookAhead',
  'promptOf',
  'resumePrompt',
  'session',
  'tenant',
] satisfies (keyof RunTasksOptions)[]);
const budgetNames: ReadonlySet<string> = new Set(['usd', 'tokens', 'toolCalls', 'turns', 'wallMs']);

/** @throws ConfigError `INVALID_OPTION` */
export function checkRunOptions(options: RunTasksOptions): void {
  for (const name of Object.keys(options)) {
    if (!optionNames.has(name)) refuse(name, `runTasks has no option ${name}. It knows ${[...optionNames].join(', ')}.`);
  }
  const { concurrency, timeoutMs, retries, lookAhead, order, journal, budget } = options;
  const counts = { concurrency: [concurrency, 1], lookAhead: [lookAhead, 1], retries: [retries, 0] } as const;
  for (const [name, [value, least]] of Object.entries(counts)) {
    if (value !== undefined && !(Number.isInteger(value) && value >= least)) {
      refuse(name, `Option ${name} must be a whole number of at least ${least}, and is ${String(value)}.`);
    }
  }
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs > 0)) {
    refuse('timeoutMs', `Option timeoutMs must be a number of milliseconds of more than 0, and is ${String(timeoutMs)}.`);
  }
  if (order !== undefined && order !== 'completion' && order !== 'input') {
    refuse('order', `Option order must be one of completion, input, and is ${JSON.stringify(order)}.`);
  }
  if (journal !== undefined && (typeof journal !== 'string' || journal === ''))
    refuse('journal', 'Option journal must be the path of a file.');
  for (const [name, value] of Object.entries(budget ?? {})) {
    if (!budgetNames.has(name)) refuse(`budget.${name}`, `A budget has no bound ${name}. It knows ${[...budgetNames].join(', ')}.`);
    if (value !== undefined && !(typeof value === 'number' && value >= 0))
      refuse(`budget.${name}`, `The bound ${name} must be a number of at least 0.`);
  }
}
