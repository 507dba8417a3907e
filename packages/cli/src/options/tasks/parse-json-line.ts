import { TaskFileError, type TaskPlace } from './task-file-error.ts';
import type { RawTask } from './task-fields.ts';

/**
 * One line of JSON lines: an object, or a string that is a prompt. Undefined for a blank line.
 * @throws TaskFileError
 */
export function parseJsonLine(text: string, { file, line }: TaskPlace): RawTask | undefined {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TaskFileError(
      { file, line },
      `is no JSON (${why}). Write one JSON object on each line, as in {"prompt": "…"}, or name another --format.`,
    );
  }
  if (typeof value === 'string') return { line, fields: { prompt: value } };
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { line, fields: value as Record<string, unknown> };
  throw new TaskFileError({ file, line }, 'is no task. Write a JSON object with a prompt, or a string that is the prompt.');
}
