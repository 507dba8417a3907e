import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ConfigError, locateCli, type SessionOptions, type Spawner } from '@subwire/core';
import { spawnProcess } from '../../io/spawn-process.ts';

async function checkCwd(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const what = found === undefined ? 'does not exist' : 'is not a directory';
  throw new ConfigError({ code: 'CWD_NOT_FOUND', option: 'cwd', cwd, message: `The working directory ${cwd} ${what}.` });
}

/**
 * Puts a listener between us and the agent. The library leaves the checks to whoever brings a spawner of his own, so that one may start the agent on
 * another machine; ours runs here, so the checks are made here.
 * @throws ConfigError, LaunchError
 */
export async function withSpawner(options: SessionOptions, wrap: (spawner: Spawner) => Spawner): Promise<SessionOptions> {
  if (typeof options.cwd === 'string') await checkCwd(options.cwd);
  const { command } = options;
  const [file, ...prefix] = typeof command === 'string' ? [command] : (command ?? [undefined]);
  const { path } = await locateCli(file === undefined ? {} : { path: file });
  return {
    ...options,
    command: [path, ...prefix.filter((part) => part !== undefined)],
    allowedCommands: [...(options.allowedCommands ?? []), basename(path)],
    spawner: wrap(options.spawner ?? spawnProcess),
  };
}
