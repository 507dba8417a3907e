import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A configuration, a home and a temporary directory of one agent's own. */
export interface PrivateHome {
  readonly folder: string;
  /** The variables that lead there. */
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** Makes it, for this user alone. */
export async function createPrivateHome(platform: NodeJS.Platform = process.platform): Promise<PrivateHome> {
  const folder = await mkdtemp(join(tmpdir(), 'subwire-home-'));
  const [config, home, temporary] = ['config', 'home', 'tmp'].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [config, home, temporary]) await mkdir(path, { mode: 0o700 });
  const everywhere = { CLAUDE_CONFIG_DIR: config, HOME: home, TMPDIR: temporary, TMP: temporary, TEMP: temporary };
  const xdg = {
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
  };
  const windows = { USERPROFILE: home, APPDATA: join(home, 'AppData', 'Roaming'), LOCALAPPDATA: join(home, 'AppData', 'Local') };
  return {
    folder,
    env: platform === 'win32' ? { ...everywhere, ...windows } : { ...everywhere, ...xdg },
    // A process that is just ending may still write: an attempt or two more costs nothing.
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 }),
  };
}
