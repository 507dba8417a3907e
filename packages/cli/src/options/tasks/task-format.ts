import { extname } from 'node:path';
import { UsageError } from '../usage-error.ts';

/** The formats of a file of tasks. */
export const taskFormats = ['jsonl', 'yaml', 'csv', 'tsv', 'markdown'] as const;

/** One of {@link taskFormats}. JSON that is not in lines is read as YAML, which it is as well. */
export type TaskFormat = (typeof taskFormats)[number];

const byExtension: Readonly<Record<string, TaskFormat>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'yaml',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.md': 'markdown',
  '.markdown': 'markdown',
};

/**
 * The format of a file: the one that was given, or else what its name says. What comes from stdin is taken for JSON lines.
 * @throws UsageError
 */
export function taskFormatOf(path: string, given: string | undefined): TaskFormat {
  if (given !== undefined) return given as TaskFormat;
  if (path === '-') return 'jsonl';
  const format = byExtension[extname(path).toLowerCase()];
  if (format !== undefined) return format;
  throw new UsageError(`The name of ${path} does not say what is in it. Give --format with one of ${taskFormats.join(', ')}.`);
}
