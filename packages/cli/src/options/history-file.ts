import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const maxLines = 500;

/** Where the lines of earlier chats are kept; undefined where there is no home. `SUBWIRE_HISTORY` names another file, and empty keeps none. */
export function historyPath(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = env['SUBWIRE_HISTORY'];
  if (named !== undefined) return named === '' ? undefined : named;
  const state = env['XDG_STATE_HOME'];
  if (state !== undefined && state !== '') return join(state, 'subwire', 'history');
  const home = env['HOME'] ?? env['USERPROFILE'];
  return home === undefined || home === '' ? undefined : join(home, '.local', 'state', 'subwire', 'history');
}

/** The lines of earlier chats, oldest first; none when there are none or they cannot be read. */
export async function readHistory(path: string | undefined): Promise<readonly string[]> {
  if (path === undefined) return [];
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .slice(-maxLines);
}

/** Keeps the last lines for later chats, readable by their owner only. What cannot be kept is no reason to fail. */
export async function writeHistory(path: string | undefined, lines: readonly string[]): Promise<void> {
  if (path === undefined || lines.length === 0) return;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, `${lines.slice(-maxLines).join('\n')}\n`, { mode: 0o600 });
  } catch {
    // A read-only home: the next chat begins without a history.
  }
}
