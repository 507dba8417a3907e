import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes a configuration, a home and a temporary directory of one agent's own. Returns the variables that lead there.
 */
export async function createPrivateHome(
  folder: string,
  platform: NodeJS.Platform = process.platform,
): Promise<Readonly<Record<string, string>>> {
  const [config, home, temporary] = ['config', 'home', 'tmp'].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [config, home, temporary]) await mkdir(path, { mode: 0o700 });
  const everywhere = { CLAUDE_CONFIG_DIR: config, HOME: home, TMPDIR: temporary, TMP: temporary, TEMP: temporary };
  if (platform === 'win32')
    return { ...everywhere, USERPROFILE: home, APPDATA: join(home, 'AppData', 'Roaming'), LOCALAPPDATA: join(home, 'AppData', 'Local') };
  return {
    ...everywhere,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
  };
}
