import { LaunchError } from '../errors/launch-error.ts';
import { probeVersion, versionFromFiles } from './check-version.ts';
import { type FileView, hostFiles, pathsOf, variableOf } from './file-view.ts';
import { candidatesFor, firstRunnable, refusalError, type RejectedCandidate } from './preflight.ts';

/** Where a CLI was found, and what was passed over on the way. */
export interface LocatedCli {
  readonly path: string;
  /** What runs it: the path itself, or Node and a script where the path is a batch file of Windows. */
  readonly command: readonly [string, ...string[]];
  /** As the files beside it say, or as it says itself with `probe`. */
  readonly version?: string;
  readonly rejected: readonly RejectedCandidate[];
}

/** Options of `locateCli`. */
export interface LocateCliOptions {
  /** A path to use instead of searching. */
  readonly path?: string;
  /** The environment whose `PATH` and `HOME` are searched. @defaultValue the host's */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether it is run with `--version` when no file tells its version. @defaultValue false */
  readonly probe?: boolean;
}

/** Where installers put it, the native one first. */
function knownPlaces(view: FileView, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const paths = pathsOf(view);
  const isWindows = view.platform === 'win32';
  const home = variableOf(view, env, isWindows ? 'USERPROFILE' : 'HOME') ?? view.home;
  const under = (...parts: readonly string[]): string => paths.join(home, ...parts);
  const folders: string[] = [];
  for (let folder = view.cwd; ; folder = paths.dirname(folder)) {
    folders.push(folder);
    if (folder === paths.dirname(folder)) break;
  }
  const file = isWindows ? 'claude.exe' : 'claude';
  const build = `claude-code-${view.platform}-${view.arch}`;
  const builds = view.platform === 'linux' ? [build, `${build}-musl`] : [build];
  const packaged = folders.flatMap((folder) => builds.map((name) => paths.join(folder, 'node_modules', '@anthropic-ai', name, file)));
  if (isWindows) {
    const appData = variableOf(view, env, 'APPDATA') ?? under('AppData', 'Roaming');
    const npm = ['claude.exe', 'claude.cmd'].map((name) => paths.join(appData, 'npm', name));
    return [under('.local', 'bin', 'claude.exe'), under('.claude', 'local', 'claude.exe'), ...npm, ...packaged];
  }
  const bins = ['.local/bin', '.claude/local', '.npm-global/bin', '.volta/bin', '.bun/bin', '.yarn/bin', 'node_modules/.bin'].map((name) =>
    under(name, 'claude'),
  );
  return [...bins, '/opt/homebrew/bin/claude', '/usr/local/bin/claude', '/usr/bin/claude', ...packaged];
}

/** {@link locateCli} on a machine that a test describes. */
export async function locateIn(view: FileView, options: LocateCliOptions = {}): Promise<LocatedCli> {
  const env = options.env ?? process.env;
  const candidates =
    options.path === undefined
      ? [...new Set([...candidatesFor(view, 'claude', view.cwd, env), ...knownPlaces(view, env)])]
      : candidatesFor(view, options.path, view.cwd, env);
  const { found, rejected, refusal } = await firstRunnable(view, env, candidates);
  if (found !== undefined) {
    const version =
      (await versionFromFiles(view, found.path)) ?? (options.probe === true ? await probeVersion(found.command, env) : undefined);
    return { ...found, ...(version !== undefined && { version }), rejected };
  }
  if (refusal !== undefined) throw refusalError(refusal.path, refusal.refusal, rejected);
  const places = `${rejected.length} ${rejected.length === 1 ? 'place' : 'places'} searched`;
  const message =
    options.path === undefined
      ? `Claude Code was not found (${places}). Install it, put it on PATH, or give its path as the option command.`
      : `The command ${options.path} was not found (${places}). Check the path, or leave it out and let Claude Code be searched for.`;
  throw new LaunchError({ code: 'CLI_NOT_FOUND', command: options.path ?? 'claude', searched: rejected, errno: 'ENOENT', message });
}

/**
 * Finds `claude`: the given path, then `PATH`, then the places where its installers put it, then the packages below the working directory and above. A
 * candidate that is there and cannot be run here is passed over, with the reason.
 * @throws LaunchError `CLI_NOT_FOUND` with every candidate and why it was rejected; when one was there and could not be run, the code for that:
 * `CLI_NOT_EXECUTABLE`, `INTERPRETER_NOT_FOUND`, `WRONG_ARCHITECTURE`, `WRONG_LIBC`; ConfigError `BATCH_FILE_REFUSED`
 */
export function locateCli(options: LocateCliOptions = {}): Promise<LocatedCli> {
  return locateIn(hostFiles, options);
}
