import { basename } from 'node:path';
import type { SessionOptions, Spawner } from '@subwire/core';
import { spawnProcess } from '../../io/spawn-process.ts';
import { checkLaunch } from './check-launch.ts';

/**
 * Puts a listener between us and the agent. The library leaves the checks to whoever brings a spawner of his own, so that one may start the agent on
 * another machine; ours runs here, so the checks are made here.
 * @throws ConfigError, LaunchError
 */
export async function withSpawner(options: SessionOptions, wrap: (spawner: Spawner) => Spawner): Promise<SessionOptions> {
  const path = await checkLaunch(options);
  const { command } = options;
  const prefix = typeof command === 'string' ? [] : (command?.slice(1) ?? []);
  return {
    ...options,
    command: [path, ...prefix],
    allowedCommands: [...(options.allowedCommands ?? []), basename(path)],
    spawner: wrap(options.spawner ?? spawnProcess),
  };
}
