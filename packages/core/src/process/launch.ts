import type { ResolvedTransportOptions } from '../policy/options.ts';
import type { CloseReceipt } from '../ports/child-process.ts';
import { checkCommand } from '../policy/command.ts';
import { buildEnvironment } from '../policy/environment.ts';
import { type ProcessHandle, startProcess } from './handle.ts';
import { locateCli } from './locate-cli.ts';
import { chainMarkers, createMarker, treeVariable } from './marker.ts';
import { nodeSpawner } from './node-spawner.ts';
import { checkCwd, findExecutable } from './preflight.ts';
import { createProcessTree } from './process-tree.ts';
import { hostProcessTable } from './process-table.ts';
import { openStderrFile } from './stderr-file.ts';
import { terminate, type TerminateRequest } from './terminate.ts';
import { createTreeSignals, type TreeSignals } from './tree-signals.ts';
import { createWindowsTree } from './windows-tree.ts';

/** How a launched process is to be ended. */
export type EndRequest = Pick<TerminateRequest, 'policy' | 'from' | 'hurry$'>;

/** A process that was started, and what may be done to it. */
export interface Launched {
  readonly handle: ProcessHandle;
  /** Ends the process and its tree. */
  end(request: EndRequest): Promise<CloseReceipt>;
}

/** The signals that reach the tree, or undefined when there is no tree of this machine to reach. */
function signalsFor(handle: ProcessHandle, marker: string, isLocal: boolean): TreeSignals | undefined {
  const { identity: root, pid } = handle;
  const table = hostProcessTable();
  if (table !== undefined) {
    return root === undefined ? undefined : createTreeSignals({ root, table, tree: createProcessTree({ root, marker, table }) });
  }
  if (!isLocal || pid === undefined) return undefined;
  let gone = false;
  handle.exit$.subscribe(() => (gone = true));
  return createWindowsTree({ pid, isAlive: () => !gone, killRoot: () => handle.kill('SIGKILL') });
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
  const marker = createMarker();
  const env = buildEnvironment({
    host: process.env,
    platform,
    inherit: options.inheritEnv,
    credential: options.credential,
    extra: options.env,
  });
  env[treeVariable] = chainMarkers(process.env[treeVariable], marker);
  if (options.spawner === undefined) await checkCwd(options.cwd);
  const [file, ...prefix] = await findCommand(options, env);
  const isLocal = options.spawner === undefined;
  const stderrFile = options.stderrFile ? await openStderrFile() : undefined;
  const spec = { file, args: [...prefix, ...options.args], cwd: options.cwd, env, detached: platform !== 'win32' };
  try {
    const withFile = stderrFile === undefined ? spec : { ...spec, stderrFd: stderrFile.fd };
    const handle = await startProcess(options.spawner ?? nodeSpawner, withFile, stderrFile);
    const signals = signalsFor(handle, marker, isLocal);
    const end = (request: EndRequest): Promise<CloseReceipt> =>
      terminate({ ...request, handle, isOurs: signals !== undefined, tree: request.policy.tree ? signals : undefined });
    return { handle, end };
  } catch (cause) {
    await stderrFile?.close();
    throw cause;
  }
}
