import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { ConfigError } from '../errors/config-error.ts';
import { LaunchError } from '../errors/launch-error.ts';

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

async function whyNotRunnable(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 'no such file';
  if (!found.isFile()) return 'not a file';
  return access(path, constants.X_OK).then(
    () => undefined,
    () => 'not executable',
  );
}

/** The interpreter that a script's first line names, or undefined when the file is no script. */
async function interpreterOf(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
    const [line = ''] = buffer.toString('latin1', 0, bytesRead).split('\n');
    return line.startsWith('#!') ? line.slice(2).trim().split(/\s+/)[0] : undefined;
  } finally {
    await file.close();
  }
}

function notFound(file: string, searched: readonly RejectedCandidate[]): LaunchError {
  return new LaunchError({
    code: 'CLI_NOT_FOUND',
    command: file,
    searched,
    errno: 'ENOENT',
    message: `The command ${file} was not found (${searched.length} ${searched.length === 1 ? 'place' : 'places'} searched). Install it, or give its path as the option command.`,
  });
}

/**
 * The file that will really be run, or the true reason why it cannot be.
 * @throws LaunchError `CLI_NOT_FOUND`, `CLI_NOT_EXECUTABLE`, `INTERPRETER_NOT_FOUND`
 */
export async function findExecutable(file: string, cwd: string, env: Readonly<Record<string, string>>): Promise<string> {
  const searched: RejectedCandidate[] = [];
  const hasFolder = file.includes('/') || file.includes('\\');
  const candidates = hasFolder
    ? [isAbsolute(file) ? file : join(cwd, file)]
    : (env['PATH'] ?? '')
        .split(delimiter)
        .filter((folder) => folder !== '')
        .map((folder) => join(folder, file));
  let notExecutable: string | undefined;
  for (const candidate of candidates) {
    const why = await whyNotRunnable(candidate);
    if (why !== undefined) {
      searched.push({ path: candidate, why });
      if (why === 'not executable') notExecutable ??= candidate;
      continue;
    }
    const interpreter = await interpreterOf(candidate);
    if (interpreter !== undefined && (await whyNotRunnable(interpreter)) !== undefined) {
      throw new LaunchError({
        code: 'INTERPRETER_NOT_FOUND',
        command: candidate,
        errno: 'ENOENT',
        searched,
        message: `${candidate} is a script for ${interpreter}, which is not there. Install that interpreter, or run the script with another one.`,
      });
    }
    return candidate;
  }
  if (notExecutable === undefined) throw notFound(file, searched);
  throw new LaunchError({
    code: 'CLI_NOT_EXECUTABLE',
    command: notExecutable,
    errno: 'EACCES',
    searched,
    message: `${notExecutable} is not executable. Make it so (chmod +x), or give another file as the option command.`,
  });
}
