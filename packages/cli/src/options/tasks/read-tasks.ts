import { readFile, stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import type { AgentTask } from '@subwire/pool';
import type { Io } from '../../io/io.ts';
import { UsageError } from '../usage-error.ts';
import { parseJsonLine } from './parse-json-line.ts';
import { splitLines } from './split-lines.ts';
import { parseCsvTasks } from './parse-csv.ts';
import { parseMarkdownTasks } from './parse-markdown.ts';
import { parseYamlTasks } from './parse-yaml.ts';
import { type RawTask, readTaskFields } from './task-fields.ts';
import { TaskFileError } from './task-file-error.ts';
import { taskFormatOf } from './task-format.ts';
import { createTaskNamer } from './task-id.ts';

/** Tasks to run. */
export interface TaskList {
  /** All of them, checked, or a stream of which each is checked when it comes. */
  readonly tasks: readonly AgentTask[] | AsyncIterable<AgentTask>;
  /** What they come from, for people. */
  readonly name: string;
}

/** Where tasks come from. */
export interface TaskListRequest {
  /** A path; `-` for stdin. */
  readonly path: string;
  /** Of `--format`. */
  readonly format: string | undefined;
  /** Directories of tasks count from here. */
  readonly cwd: string;
  /** What holds for tasks that do not say it themselves. */
  readonly defaults?: Pick<AgentTask, 'idempotent' | 'resumable'>;
}

// A larger file of lines is read while it is worked on. Then a bad line ends the batch late, and nobody knows how many tasks there are.
const maxWholeBytes = 32 * 1024 * 1024;

type MakeTask = (raw: RawTask) => AgentTask;

function createTaskMaker(file: string, { cwd, defaults = {} }: TaskListRequest): MakeTask {
  const name = createTaskNamer();
  return (raw) => ({ ...defaults, ...name(readTaskFields(raw, { file, cwd, line: raw.line })) });
}

function parseLines(text: string, file: string): readonly RawTask[] {
  return text.split('\n').flatMap((line, index) => parseJsonLine(line, { file, line: index + 1 }) ?? []);
}

async function* streamLines(chunks: AsyncIterable<Uint8Array>, file: string, make: MakeTask): AsyncGenerator<AgentTask> {
  let line = 0;
  for await (const text of splitLines(chunks)) {
    line += 1;
    const raw = parseJsonLine(text, { file, line });
    if (raw !== undefined) yield make(raw);
  }
}

async function parse(text: string, format: string, file: string): Promise<readonly RawTask[]> {
  switch (format) {
    case 'jsonl':
      return parseLines(text, file);
    case 'yaml':
      return parseYamlTasks(text, file);
    case 'markdown':
      return parseMarkdownTasks(text, file);
    default:
      return parseCsvTasks(text, file, format === 'tsv' ? '\t' : ',');
  }
}

/** Two tasks of one id would share a result. */
function checkIds(tasks: readonly AgentTask[], raws: readonly RawTask[], file: string): void {
  const lines = new Map<string, number>();
  for (const [index, { id }] of tasks.entries()) {
    const line = raws[index]?.line ?? 0;
    const earlier = lines.get(id);
    if (earlier !== undefined)
      throw new TaskFileError({ file, line }, `has the id ${JSON.stringify(id)}, which line ${earlier} has. Give each task its own.`);
    lines.set(id, line);
  }
  for (const [index, { after = [] }] of tasks.entries()) {
    const missing = after.find((other) => !lines.has(other));
    if (missing !== undefined)
      throw new TaskFileError(
        { file, line: raws[index]?.line ?? 0 },
        `waits for ${JSON.stringify(missing)}, which no task has as its id. Check the spelling, or add that task.`,
      );
  }
}

function unreadable(path: string, cause: unknown): UsageError {
  const errno = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new UsageError(`The tasks in ${path} cannot be read (${errno}). Check the path.`);
}

/**
 * Reads tasks. A file is checked from its first line to its last before anything is started; JSON lines from stdin, and from a very large file, are taken one
 * by one as they are worked on.
 * @throws UsageError, and TaskFileError for a line that is no task; for a stream when that line comes
 */
export async function readTasks(request: TaskListRequest, io: Pick<Io, 'cwd' | 'stdin'>): Promise<TaskList> {
  const { path } = request;
  const format = taskFormatOf(path, request.format);
  const name = path === '-' ? 'stdin' : path;
  const make = createTaskMaker(name, request);
  if (path === '-' && format === 'jsonl') return { name, tasks: streamLines(io.stdin.chunks(), name, make) };
  const file = resolve(io.cwd, path);
  let text: string;
  try {
    if (path !== '-' && format === 'jsonl' && (await stat(file)).size > maxWholeBytes)
      return { name, tasks: streamLines(createReadStream(file) as AsyncIterable<Uint8Array>, name, make) };
    text = path === '-' ? await io.stdin.readAll() : await readFile(file, 'utf8');
  } catch (cause) {
    throw unreadable(path, cause);
  }
  const raws = await parse(text, format, name);
  const tasks = raws.map(make);
  if (tasks.length === 0) throw new UsageError(`There is no task in ${name}. Write at least one; subwire batch --help shows how.`);
  checkIds(tasks, raws, name);
  return { name, tasks };
}
