import type { ResolvedTransportOptions } from '../policy/options.ts';
import { checkCommand, commandName } from '../policy/command.ts';
import { checkDepth, nextDepth } from '../policy/depth.ts';
import { buildEnvironment } from '../policy/environment.ts';
import { checkVersion } from './check-version.ts';
import { inheritedAddressSpace } from './inherited-limits.ts';
import { locateCli } from './locate-cli.ts';
import { chainMarkers, depthVariable, treeVariable } from './marker.ts';
import { checkCwd, findExecutable } from './preflight.ts';
import { createPrivateHome } from './private-home.ts';

/** Something about a start that is worth knowing. */
export interface LaunchNotice {
  readonly code: 'CLI_UNTESTED' | 'INHERITED_LIMIT';
  readonly message: string;
}

/** Everything that a start needs. */
export interface Prepared {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly notices: readonly LaunchNotice[];
}

async function findCommand(
  options: ResolvedTransportOptions,
  env: Readonly<Record<string, string>>,
): Promise<readonly [string, ...string[]]> {
  const isLocal = options.spawner === undefined;
  if (options.command === undefined) return isLocal ? (await locateCli({ env })).command : ['claude'];
  const [file, ...prefix] = options.command;
  checkCommand(file, options.allowedCommands);
  return [...(isLocal ? await findExecutable(file, options.cwd, env) : [file]), ...prefix] as unknown as [string, ...string[]];
}

/** Whether a command is the CLI by its name, so that its version can be asked for. Any other one is only asked when the caller wants it. */
function isCli({ command }: ResolvedTransportOptions): boolean {
  return command === undefined || commandName(command[0]) === 'claude';
}

async function findNotices(
  options: ResolvedTransportOptions,
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
): Promise<readonly LaunchNotice[]> {
  const notices: LaunchNotice[] = [];
  if (isCli(options) || options.versionCheck === 'probe') {
    const message = await checkVersion(command, env, options.versionCheck);
    if (message !== undefined) notices.push({ code: 'CLI_UNTESTED', message });
  }
  const limit = inheritedAddressSpace();
  if (limit !== undefined) {
    const message = `This host has a limit of ${limit} bytes on address space, which agents inherit and break at. Remove it (ulimit -v unlimited).`;
    notices.push({ code: 'INHERITED_LIMIT', message });
  }
  return notices;
}

/**
 * Checks the options against this machine and builds the environment. `makeHome` is asked for a directory, in which an isolated agent lives.
 * @throws ConfigError, LaunchError
 */
export async function prepare(options: ResolvedTransportOptions, marker: string, makeHome: () => Promise<string>): Promise<Prepared> {
  const { platform, env: host } = process;
  checkDepth(host[depthVariable], options.maxDepth);
  const isLocal = options.spawner === undefined;
  if (isLocal) await checkCwd(options.cwd);
  const base = { host, platform, inherit: options.inheritEnv, credential: options.credential };
  const shared = buildEnvironment({ ...base, extra: options.env });
  const command = await findCommand(options, shared);
  const notices = isLocal ? await findNotices(options, command, shared) : [];
  const home = options.isolated && isLocal ? await createPrivateHome(await makeHome()) : {};
  const env = buildEnvironment({ ...base, extra: { ...home, ...options.env } });
  env[treeVariable] = chainMarkers(host[treeVariable], marker);
  env[depthVariable] = nextDepth(host[depthVariable]);
  return { command, env, notices };
}
