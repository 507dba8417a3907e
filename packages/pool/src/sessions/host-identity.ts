import { statSync, type Stats } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { credentialVariables, locateCli, posixProfile, windowsProfile, type SessionOptions } from '@subwire/core';
import type { KeyContext } from './session-key.ts';

function look(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}

/** A file by what it is, not by what it is called: an update in place is another file. */
function identify(file: string): unknown {
  const found = look(file);
  return found === undefined ? { file } : { file, inode: found.ino, changedMs: found.mtimeMs, bytes: found.size };
}

function findOnPath(name: string, search: string): string | undefined {
  for (const folder of search.split(path.delimiter)) {
    const candidate = path.join(folder, name);
    if (folder !== '' && look(candidate)?.isFile() === true) return candidate;
  }
  return undefined;
}

async function findBinary({ command, env }: SessionOptions): Promise<unknown> {
  const [file, ...prefix] = typeof command === 'string' ? [command] : (command ?? []);
  if (file === undefined)
    return identify(
      await locateCli().then(
        ({ path: found }) => found,
        () => 'claude',
      ),
    );
  const search = env?.['PATH'] ?? process.env['PATH'] ?? '';
  const resolved = file.includes('/') || file.includes('\\') ? file : (findOnPath(file, search) ?? file);
  // A program may be a script behind its interpreter: then the script is what changes with a version.
  return [identify(resolved), ...prefix.filter((word: string) => path.isAbsolute(word)).map(identify)];
}

function inheritedNames({ inheritEnv = 'profile' }: SessionOptions): readonly string[] {
  if (inheritEnv === 'none') return [];
  if (inheritEnv === 'all') return Object.keys(process.env).sort();
  if (inheritEnv === 'profile') return process.platform === 'win32' ? windowsProfile : posixProfile;
  return inheritEnv;
}

// Changes with every shell and every terminal, and means nothing to an agent.
const volatile: ReadonlySet<string> = new Set(['_', 'SHLVL', 'OLDPWD', 'PWD', 'TRACEPARENT', 'TRACESTATE', 'WINDOWID']);

function pick(names: readonly string[]): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(names.filter((name) => !volatile.has(name)).map((name) => [name, process.env[name]]));
}

/** The credential as it is at this moment: rotating it makes every worker that was started with the old one stale. */
export function readCredential({ credential = 'inherit', env }: SessionOptions): unknown {
  if (credential !== 'inherit') return credential;
  const folder = env?.['CLAUDE_CONFIG_DIR'] ?? process.env['CLAUDE_CONFIG_DIR'] ?? path.join(env?.['HOME'] ?? homedir(), '.claude');
  return { variables: pick(credentialVariables), file: identify(path.join(folder, '.credentials.json')) };
}

/** Everything outside the options that decides what a session started with them would be. Reads the file system; takes well below a millisecond. */
export async function readKeyContext(options: SessionOptions, label: string): Promise<KeyContext> {
  return { binary: await findBinary(options), credential: readCredential(options), environment: pick(inheritedNames(options)), label };
}
