import { stat } from 'node:fs/promises';
import { ConfigError, locateCli, type SessionOptions } from '@subwire/core';

async function checkCwd(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const what = found === undefined ? 'does not exist' : 'is not a directory';
  throw new ConfigError({ code: 'CWD_NOT_FOUND', option: 'cwd', cwd, message: `The working directory ${cwd} ${what}.` });
}

/**
 * Checks that an agent can be started here, and says where its program is, before anything is.
 * @throws ConfigError, LaunchError
 */
export async function checkLaunch({ cwd, command }: SessionOptions): Promise<string> {
  if (typeof cwd === 'string') await checkCwd(cwd);
  const file = typeof command === 'string' ? command : command?.[0];
  const { path } = await locateCli(file === undefined ? {} : { path: file });
  return path;
}
