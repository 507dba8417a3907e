import { stat } from 'node:fs/promises';
import { LaunchError } from '../errors/launch-error.ts';
import type { VersionCheck } from '../policy/process-options.ts';
import { judgeVersion, parseVersion, supportedVersions } from '../policy/supported-versions.ts';
import { type FileView, hostFiles, pathsOf } from './file-view.ts';
import { runHelper } from './helper-process.ts';
import { createMarker, treeVariable } from './marker.ts';
import { hostProcessTable } from './process-table.ts';
import { sweep } from './sweep.ts';

const probeMs = 5000;
const maxPackageBytes = 64 * 1024;
const probed = new Map<string, Promise<string | undefined>>();

/**
 * The version that the files around a program tell, without running it: the installer's folder is named after it, and a package says it in its
 * `package.json`. Undefined when they do not.
 */
export async function versionFromFiles(view: FileView, path: string): Promise<string | undefined> {
  const paths = pathsOf(view);
  const real = await view.resolve(path);
  const folder = paths.dirname(real);
  if (paths.basename(folder) === 'versions') return parseVersion(paths.basename(real));
  for (const place of [folder, paths.dirname(folder)]) {
    const text = (await view.read(paths.join(place, 'package.json'), 0, maxPackageBytes)).toString('utf8');
    if (/"name"\s*:\s*"@anthropic-ai\/claude-code/.test(text)) return parseVersion(/"version"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? '');
  }
  return undefined;
}

/** The key of a program's cached version: another file under the same path is another program. */
async function fileKey(command: readonly string[]): Promise<string> {
  const states = await Promise.all(command.map((word) => stat(word).catch(() => undefined)));
  return JSON.stringify([command, states.map((state) => (state === undefined ? 0 : [state.mtimeMs, state.size]))]);
}

async function runProbe(
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string | undefined>>,
  timeoutMs: number,
): Promise<string | undefined> {
  const marker = createMarker();
  const [file, ...prefix] = command;
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const { stdout, timedOut } = await runHelper(file, [...prefix, '--version'], {
    timeoutMs,
    env: { ...Object.fromEntries(defined), [treeVariable]: marker },
  });
  const table = hostProcessTable();
  if (timedOut && table !== undefined) await sweep([marker], table, { graceMs: 0 });
  return parseVersion(stdout);
}

/**
 * Runs a program with `--version`, once per file and time of change. Bounded, also against one that ignores TERM or leaves children. Resolves with undefined
 * when it says no version.
 */
export async function probeVersion(
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string | undefined>>,
  timeoutMs = probeMs,
): Promise<string | undefined> {
  const key = await fileKey(command);
  const known = probed.get(key);
  if (known !== undefined) return known;
  const running = runProbe(command, env, timeoutMs);
  probed.set(key, running);
  // A machine that was too busy once is no reason never to ask again.
  if ((await running) === undefined) probed.delete(key);
  return running;
}

/**
 * Looks at the version before a start. Resolves with a sentence when the CLI is newer than what this package was tested with.
 * @throws LaunchError `CLI_TOO_OLD`
 */
export async function checkVersion(
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  how: VersionCheck,
  view: FileView = hostFiles,
): Promise<string | undefined> {
  if (how === 'off') return undefined;
  const version =
    (await versionFromFiles(view, command.at(-1) ?? command[0])) ?? (how === 'probe' ? await probeVersion(command, env) : undefined);
  switch (judgeVersion(version)) {
    case 'too-old':
      throw new LaunchError({
        code: 'CLI_TOO_OLD',
        command: command.at(-1),
        version,
        message: `Claude Code ${version} is too old: ${supportedVersions.minimum} or newer is needed. Update it (claude update), or give another one as the option command.`,
      });
    case 'untested':
      return `Claude Code ${version} is newer than ${supportedVersions.tested}, the newest that this package was tested with.`;
    case 'unknown':
      return how === 'probe' ? 'The CLI did not tell its version.' : undefined;
    case 'ok':
      return undefined;
  }
}
