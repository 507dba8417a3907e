import { resolve } from 'node:path';
import type { Io } from '../io/io.ts';
import type { CommandInput } from './command-spec.ts';
import { parseCount, parseDollars } from './count.ts';
import { parseDuration } from './duration.ts';
import { optionalText } from './read-option.ts';
import { readSessionSettings, type SessionSettings } from './session-settings.ts';
import { readTasks, type TaskList } from './tasks/read-tasks.ts';
import { UsageError } from './usage-error.ts';

/** What `subwire batch` was asked to do. */
export interface BatchSettings extends SessionSettings {
  readonly list: TaskList;
  /** Tasks at once. */
  readonly maxWorkers: number;
  /** Agents at once. */
  readonly size: number;
  /** For each task, in milliseconds. */
  readonly timeoutMs: number | undefined;
  readonly retries: number | undefined;
  readonly budgetUsd: number | undefined;
  readonly failFast: boolean;
  /** Whether an agent serves one task after the other, its conversation cleared in between. */
  readonly reuse: boolean;
  /** Absolute paths. */
  readonly journal: string | undefined;
  readonly results: string | undefined;
  /** How results look on stdout. */
  readonly output: 'text' | 'json';
}

const defaultWorkers = 4;

/**
 * The settings of a batch. The tasks are read last: nobody should pipe them in to learn that an option is wrong.
 * @throws UsageError
 */
export async function readBatchSettings(input: CommandInput, io: Io): Promise<BatchSettings> {
  const { options, args } = input;
  const text = (name: string): string | undefined => optionalText(options, name);
  const path = (name: string): string | undefined => {
    const value = text(name);
    return value === undefined ? undefined : resolve(io.cwd, value);
  };
  const timeout = text('timeout');
  const timeoutMs = timeout === undefined ? undefined : parseDuration('--timeout', timeout);
  const maxWorkers = parseCount('--max-workers', text('maxWorkers'));
  const size = parseCount('--size', text('size'));
  if (maxWorkers !== undefined && size !== undefined && size < maxWorkers)
    throw new UsageError(`--size ${size} has no room for --max-workers ${maxWorkers}. Make it as large, or leave one of them out.`);
  const retries = parseCount('--retries', text('retries'), 0);
  const budgetUsd = parseDollars('--budget-usd', text('budgetUsd'));
  const results = path('results');
  const json = options['json'] === true || text('output') === 'json';
  const settings = await readSessionSettings(input, io);
  const from = args[0] ?? '-';
  if (from === '-' && io.stdin.isTerminal)
    throw new UsageError('There are no tasks. Name their file, as in subwire batch tasks.jsonl, or pipe them in.');
  const defaults = {
    ...(options['idempotent'] === true && { idempotent: true }),
    ...(options['resumable'] === true && { resumable: true }),
  };
  const cwd = settings.session.cwd?.toString() ?? io.cwd;
  const list = await readTasks({ path: from, format: text('format'), cwd, defaults }, io);
  return {
    ...settings,
    list,
    maxWorkers: maxWorkers ?? Math.min(size ?? defaultWorkers, defaultWorkers),
    size: size ?? maxWorkers ?? defaultWorkers,
    timeoutMs,
    retries,
    budgetUsd,
    failFast: options['failFast'] === true,
    reuse: options['reuse'] === true,
    journal: path('journal'),
    results,
    // For people the answers are text; whoever reads a pipe is a program.
    output: json || (text('output') === undefined && !io.stdout.isTerminal) ? 'json' : 'text',
  };
}
