import { resolve } from 'node:path';
import type { AgentTask } from '@subwire/pool';
import { parseDuration } from '../duration.ts';
import { TaskFileError, type TaskPlace } from './task-file-error.ts';

/** A task as a file has it, before anything about it is checked. */
export interface RawTask {
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A task without the id that it gets when it has none. */
export type TaskDraft = Omit<AgentTask, 'id'> & { readonly id: string | undefined };

/** What the fields of a task are read against. */
export interface FieldContext extends TaskPlace {
  /** Relative directories count from here. */
  readonly cwd: string;
}

type Reader = (value: unknown, name: string, context: FieldContext) => object;

const example = 'as in {"prompt": "fix the typo in README.md"}';

function refuse(context: FieldContext, problem: string): never {
  throw new TaskFileError(context, problem);
}

function text(value: unknown, name: string, context: FieldContext): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  // An id or a model of digits is a number to YAML.
  if (typeof value === 'number' && name !== 'prompt') return String(value);
  return refuse(context, `has no text in ${name}. Give it some, or leave the field out.`);
}

function flag(value: unknown, name: string, context: FieldContext): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'yes') return true;
  if (value === 'false' || value === 'no') return false;
  return refuse(context, `has ${JSON.stringify(value)} in ${name}. Give true or false.`);
}

function ids(value: unknown, name: string, context: FieldContext): readonly string[] {
  if (Array.isArray(value)) return value.map((id) => text(id, name, context));
  if (typeof value === 'string' || typeof value === 'number')
    return String(value)
      .split(/[\s,;]+/)
      .filter((id) => id !== '');
  return refuse(context, `has no list of ids in ${name}. Give the ids of the tasks that have to be done first, as in ["first", "second"].`);
}

function timeoutMs(value: unknown, name: string, context: FieldContext): number {
  if (typeof value === 'number') return value > 0 ? value : refuse(context, `has ${value} in ${name}. Give milliseconds above 0.`);
  if (typeof value === 'string' && /^\d+$/.test(value.trim()) && Number(value) > 0) return Number(value);
  return refuse(context, `has ${JSON.stringify(value)} in ${name}. Give milliseconds above 0, or a time span as timeout, such as "90s".`);
}

function timeout(value: unknown, name: string, context: FieldContext): number {
  try {
    return parseDuration(name, String(value));
  } catch {
    return refuse(context, `has ${JSON.stringify(value)} in ${name}. Give a time span such as "90s" or "5m".`);
  }
}

function priority(value: unknown, context: FieldContext): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 9) return number;
  return refuse(context, `has ${JSON.stringify(value)} in priority. Give a whole number from 0 (first) to 9 (last).`);
}

function variables(value: unknown, name: string, context: FieldContext): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(context, `has no variables in ${name}. Give names and values, as in {"LANG": "C"}.`);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}

const readers: Readonly<Record<string, Reader>> = {
  id: (value, name, context) => ({ id: text(value, name, context) }),
  prompt: (value, name, context) => ({ prompt: text(value, name, context) }),
  agent: (value, name, context) => ({ agent: text(value, name, context) }),
  model: (value, name, context) => ({ session: { model: text(value, name, context) } }),
  context: (value) => ({ context: value }),
  cwd: (value, name, context) => ({ cwd: resolve(context.cwd, text(value, name, context)) }),
  after: (value, name, context) => ({ after: ids(value, name, context) }),
  priority: (value, _name, context) => ({ priority: priority(value, context) }),
  timeout: (value, name, context) => ({ timeoutMs: timeout(value, name, context) }),
  timeoutMs: (value, name, context) => ({ timeoutMs: timeoutMs(value, name, context) }),
  idempotent: (value, name, context) => ({ idempotent: flag(value, name, context) }),
  resumable: (value, name, context) => ({ resumable: flag(value, name, context) }),
  env: (value, name, context) => ({ env: variables(value, name, context) }),
};

/** The fields that a task may have. */
const taskFields: readonly string[] = Object.keys(readers);

/**
 * Makes a task of what a file has. A field that nobody knows is refused, for it is a known one misspelt; an empty one counts as left out.
 * @throws TaskFileError
 */
export function readTaskFields({ fields }: RawTask, context: FieldContext): TaskDraft {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const parts = given.map(([name, value]) => {
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    return read === undefined
      ? refuse(context, `has a field ${JSON.stringify(name)}, which no task has. The fields are ${taskFields.join(', ')}.`)
      : read(value, name, context);
  });
  const draft = Object.assign({ id: undefined }, ...parts) as Partial<TaskDraft>;
  if (draft.prompt === undefined) return refuse(context, `has no prompt. Give each task one, ${example}.`);
  return draft as TaskDraft;
}
