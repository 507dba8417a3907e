import type { ResolvedTransportOptions } from '../policy/options.ts';
import { checkCommand } from '../policy/command.ts';
import { buildEnvironment } from '../policy/environment.ts';
import { type ProcessHandle, startProcess } from './handle.ts';
import { locateCli } from './locate-cli.ts';
import { nodeSpawner } from './node-spawner.ts';
import { checkCwd, findExecutable } from './preflight.ts';
import { openStderrFile } from './stderr-file.ts';

/** A process that was started, and what may be done to it. */
export interface Launched {
  readonly handle: ProcessHandle;
  /** Whether it leads a process group of its own on this machine. */
  readonly ownGroup: boolean;
}

async function findCommand(
  options: ResolvedTransportOptions,
  env: Readonly<Record<string, string>>,
): Promise<readonly [string, ...string[]]> {
  const isLocal = options.spawner === undefined;
  if (options.command === undefined) return [isLocal ? (await locateCli({ env })).path : 'claude'];
  const [file, ...prefix] = options.command;
  checkCommand(file, options.allowedCommands);
  return [isLocal ? await findExecutable(file, options.cwd, env) : file, ...prefix];
}

/**
 * Checks everything that can be checked beforehand, then starts the process. A spawner of the caller's may start it elsewhere, so its files and
 * directories are not looked for on this machine.
 * @throws ConfigError, LaunchError
 */
export async function launch(options: ResolvedTransportOptions): Promise<Launched> {
  const { platform } = process;
  const env = buildEnvironment({
    host: process.env,
    platform,
    inherit: options.inheritEnv,
    credential: options.credential,
    extra: options.env,
  });
  if (options.spawner === undefined) await checkCwd(options.cwd);
  const [file, ...prefix] = await findCommand(options, env);
  const ownGroup = platform !== 'win32';
  const stderrFile = options.stderrFile ? await openStderrFile() : undefined;
  const spec = { file, args: [...prefix, ...options.args], cwd: options.cwd, env, detached: ownGroup };
  try {
    const withFile = stderrFile === undefined ? spec : { ...spec, stderrFd: stderrFile.fd };
    const handle = await startProcess(options.spawner ?? nodeSpawner, withFile, stderrFile);
    return { handle, ownGroup: ownGroup && (options.spawner === undefined || handle.identity !== undefined) };
  } catch (cause) {
    await stderrFile?.close();
    throw cause;
  }
}
