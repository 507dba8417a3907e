import type { Io } from '../io/io.ts';
import type { CommandInput } from './command-spec.ts';
import { parseDuration } from './duration.ts';
import { readPrompt } from './prompt.ts';
import { optionalText } from './read-option.ts';
import { readSessionSettings, type SessionSettings } from './session-settings.ts';
import { UsageError } from './usage-error.ts';

/** The shapes of an answer on stdout. */
export type OutputFormat = 'text' | 'json' | 'stream-json';

/** What `subwire run` was asked to do. */
export interface RunSettings extends SessionSettings {
  readonly prompt: string;
  readonly output: OutputFormat;
  /** Ends the run after this time, in milliseconds. */
  readonly timeoutMs: number | undefined;
}

/**
 * The settings of one run. The prompt is read last: nobody should type one to learn that an option is wrong.
 * @throws UsageError
 */
export async function readRunSettings(input: CommandInput, io: Io): Promise<RunSettings> {
  const { options, args } = input;
  const json = options['json'] === true;
  const named = optionalText(options, 'output') as OutputFormat | undefined;
  if (json && named !== undefined && named !== 'json')
    throw new UsageError(`--json and --output ${named} exclude each other. Give the one or the other.`);
  const output = json ? 'json' : (named ?? 'text');
  const partial = options['partial'] === true;
  if (partial && output !== 'stream-json') throw new UsageError('--partial is for --output stream-json. Leave it out, or add that option.');
  const timeout = optionalText(options, 'timeout');
  const timeoutMs = timeout === undefined ? undefined : parseDuration('--timeout', timeout);
  const settings = await readSessionSettings(input, io);
  const prompt = await readPrompt({ argument: args[0], file: optionalText(options, 'file') }, io);
  // Text is shown as it is written; programs that read whole messages would only have to skip the pieces.
  const session = { ...settings.session, includePartialMessages: output === 'text' || partial };
  return { ...settings, session, output, timeoutMs, prompt };
}
