import { stat } from 'node:fs/promises';
import { ConfigError } from '../errors/config-error.ts';
import { LaunchError } from '../errors/launch-error.ts';
import { type FileView, hostFiles, pathsOf, variableOf } from './file-view.ts';
import { inspectExecutable, type Refusal } from './inspect-executable.ts';

/** A place that was searched, and why it was not taken. */
export interface RejectedCandidate {
  readonly path: string;
  readonly why: string;
}

/**
 * Node reports a missing working directory, a missing executable and a missing interpreter alike: `ENOENT` with the executable's path. People then
 * reinstall a program that was there all the time. So the directory is looked at first.
 * @throws ConfigError `CWD_NOT_FOUND`
 */
export async function checkCwd(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const what = found === undefined ? 'does not exist' : 'is not a directory';
  throw new ConfigError({
    code: 'CWD_NOT_FOUND',
    cwd,
    option: 'cwd',
    message: `The working directory ${cwd} ${what}. Create it, or give another one as cwd.`,
  });
}

/** The names under which a base name can lie in a folder, best first: on Windows a native program before a batch file beside it. */
function namesOf(view: FileView, file: string): readonly string[] {
  if (view.platform !== 'win32' || pathsOf(view).extname(file) !== '') return [file];
  return ['.exe', '.com', '.cmd', '.bat'].map((extension) => `${file}${extension}`);
}

/** Every file that a command can mean, in the order of the search. */
export function candidatesFor(
  view: FileView,
  file: string,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const paths = pathsOf(view);
  if (file.includes('/') || file.includes('\\')) return namesOf(view, paths.isAbsolute(file) ? file : paths.join(cwd, file));
  const path = variableOf(view, env, 'PATH') ?? view.hostPath;
  const folders = path.split(paths.delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => namesOf(view, file).map((name) => paths.join(folder, name)));
}

const advice: Readonly<Record<Exclude<Refusal['code'], 'CLI_NOT_FOUND' | 'BATCH_FILE_REFUSED'>, string>> = {
  CLI_NOT_EXECUTABLE: 'Make it executable (chmod +x), or give another file as the option command.',
  INTERPRETER_NOT_FOUND: 'Install that interpreter, put it on PATH, or run the script with another one.',
  WRONG_ARCHITECTURE: 'Install the build for this machine.',
  WRONG_LIBC: 'Install the build for the C library of this machine.',
};

/** The error for a file that is there and cannot be run. */
export function refusalError(path: string, { code, why }: Refusal, searched: readonly RejectedCandidate[]): ConfigError | LaunchError {
  if (code === 'BATCH_FILE_REFUSED') {
    const message = `${path} is ${why}. Batch files are read by cmd.exe, which no quoting is safe from. Give the program that it starts as the option command.`;
    return new ConfigError({ code, command: path, option: 'command', message });
  }
  if (code === 'CLI_NOT_FOUND') return notFoundError(path, searched);
  const errno = code === 'CLI_NOT_EXECUTABLE' ? 'EACCES' : code === 'WRONG_ARCHITECTURE' ? 'ENOEXEC' : 'ENOENT';
  return new LaunchError({ code, command: path, errno, searched, message: `${path} cannot be run: ${why}. ${advice[code]}` });
}

function notFoundError(file: string, searched: readonly RejectedCandidate[]): LaunchError {
  return new LaunchError({
    code: 'CLI_NOT_FOUND',
    command: file,
    searched,
    errno: 'ENOENT',
    message: `The command ${file} was not found (${searched.length} ${searched.length === 1 ? 'place' : 'places'} searched). Install it, or give its path as the option command.`,
  });
}

/** Goes through candidates until one can be run. */
export async function firstRunnable(
  view: FileView,
  env: Readonly<Record<string, string | undefined>>,
  candidates: readonly string[],
): Promise<{
  readonly found: { readonly path: string; readonly command: readonly [string, ...string[]] } | undefined;
  readonly rejected: readonly RejectedCandidate[];
  /** The first one that is there and cannot be run: it explains more than all that are missing. */
  readonly refusal: { readonly path: string; readonly refusal: Refusal } | undefined;
}> {
  const rejected: RejectedCandidate[] = [];
  let refusal: { readonly path: string; readonly refusal: Refusal } | undefined;
  for (const path of candidates) {
    const inspection = await inspectExecutable(view, env, path);
    if (inspection.ok) return { found: { path, command: inspection.command }, rejected, refusal };
    rejected.push({ path, why: inspection.why });
    if (inspection.code !== 'CLI_NOT_FOUND') refusal ??= { path, refusal: inspection };
  }
  return { found: undefined, rejected, refusal };
}

/**
 * The command that really runs a file or base name, or the true reason why nothing does.
 * @throws LaunchError `CLI_NOT_FOUND`, `CLI_NOT_EXECUTABLE`, `INTERPRETER_NOT_FOUND`, `WRONG_ARCHITECTURE`, `WRONG_LIBC`; ConfigError `BATCH_FILE_REFUSED`
 */
export async function findExecutable(
  file: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  view: FileView = hostFiles,
): Promise<readonly [string, ...string[]]> {
  const { found, rejected, refusal } = await firstRunnable(view, env, candidatesFor(view, file, cwd, env));
  if (found !== undefined) return found.command;
  throw refusal === undefined ? notFoundError(file, rejected) : refusalError(refusal.path, refusal.refusal, rejected);
}
