import { homedir } from 'node:os';
import { join } from 'node:path';
import { LaunchError } from '../errors/launch-error.ts';
import { findExecutable, type RejectedCandidate } from './preflight.ts';

/** Where a CLI was found, and what was passed over on the way. */
export interface LocatedCli {
  readonly path: string;
  readonly rejected: readonly RejectedCandidate[];
}

/** Options of `locateCli`. */
export interface LocateCliOptions {
  /** A path to use instead of searching. */
  readonly path?: string;
  /** The environment whose `PATH` and `HOME` are searched. @defaultValue the host's */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

function knownPlaces(home: string): readonly string[] {
  return [
    join(home, '.claude', 'local', 'claude'),
    join(home, '.local', 'bin', 'claude'),
    '/usr/local/bin/claude',
    '/opt/homebrew/bin/claude',
  ];
}

/**
 * Finds `claude`: the given path, then `PATH`, then the places where its installers put it.
 * @throws LaunchError `CLI_NOT_FOUND` with every candidate and why it was rejected; `CLI_NOT_EXECUTABLE`, `INTERPRETER_NOT_FOUND` for a given path
 */
export async function locateCli(options: LocateCliOptions = {}): Promise<LocatedCli> {
  const env = options.env ?? process.env;
  const path = env['PATH'];
  const known: Record<string, string> = path === undefined ? {} : { PATH: path };
  const candidates = options.path === undefined ? ['claude', ...knownPlaces(env['HOME'] ?? homedir())] : [options.path];
  const rejected: RejectedCandidate[] = [];
  for (const candidate of candidates) {
    try {
      return { path: await findExecutable(candidate, process.cwd(), known), rejected };
    } catch (error) {
      if (!(error instanceof LaunchError) || options.path !== undefined) throw error;
      rejected.push(...(error.searched ?? []), ...(error.code === 'CLI_NOT_FOUND' ? [] : [{ path: candidate, why: error.message }]));
    }
  }
  throw new LaunchError({
    code: 'CLI_NOT_FOUND',
    command: 'claude',
    searched: rejected,
    errno: 'ENOENT',
    message: `Claude Code was not found (${rejected.length} places searched). Install it, put it on PATH, or give its path as the option command.`,
  });
}
