import { basename } from 'node:path';
import { ConfigError } from '../errors/config-error.ts';

/** The base name by which a command is allowed: without its folder and, for Windows, without `.exe`, `.cmd` or `.bat`. */
export function commandName(file: string): string {
  return basename(file.replaceAll('\\', '/')).replace(/\.(?:exe|cmd|bat)$/i, '');
}

/**
 * Refuses a command whose base name is not allowed. Arguments are not searched for shell characters: no shell reads them, and such a filter
 * would only refuse ordinary prompts.
 * @throws ConfigError `COMMAND_NOT_ALLOWED`
 */
export function checkCommand(file: string, allowed: readonly string[]): void {
  const name = commandName(file);
  if (allowed.some((candidate) => commandName(candidate) === name)) return;
  throw new ConfigError({
    code: 'COMMAND_NOT_ALLOWED',
    command: name,
    option: 'command',
    message: `The command ${name} is not allowed. Add its base name to the option allowedCommands if it is meant to run.`,
  });
}
