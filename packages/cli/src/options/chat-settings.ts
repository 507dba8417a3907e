import type { CommandInput } from './command-spec.ts';
import { parseDuration } from './duration.ts';
import { optionalText } from './read-option.ts';
import { readSessionSettings, type SessionSettings, type SettingsContext } from './session-settings.ts';

/** What `subwire chat` was asked to do. */
export interface ChatSettings extends SessionSettings {
  /** Whether each turn's result is a line of JSON, instead of its text. */
  readonly json: boolean;
}

/** @throws UsageError */
export async function readChatSettings(input: CommandInput, context: SettingsContext): Promise<ChatSettings> {
  const timeout = optionalText(input.options, 'timeout');
  const totalMs = timeout === undefined ? undefined : parseDuration('--timeout', timeout);
  const settings = await readSessionSettings(input, context);
  const session = totalMs === undefined ? settings.session : { ...settings.session, clocks: { totalMs } };
  return { ...settings, session, json: input.options['json'] === true };
}
