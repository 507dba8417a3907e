import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { ConfigError } from '@subwire/core';

/** Where pools of this user publish themselves. */
export interface PublishedPlaces {
  /** Folders in the order of preference; on Windows the one in which the system keeps its named pipes. */
  readonly folders: readonly string[];
  /** What the names of our sockets begin with. */
  readonly prefix: string;
  readonly isPipe: boolean;
}

/** What {@link publishedPlaces} looks at. */
export interface PlaceContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

// The address of a Unix socket has 108 bytes on Linux and 104 on macOS, its zero at the end included; Node cuts a longer one off in silence.
const maxAddressBytes = 103;
const longestName = 'subwire-4194304-00000000.sock';

/**
 * The folders of this user's sockets. A batch that cron has started has no `XDG_RUNTIME_DIR`, and the terminal in which somebody watches it has one: both
 * look into all of them. `SUBWIRE_POOLS` names another one instead.
 */
export function publishedPlaces({ env, platform }: PlaceContext = { env: process.env, platform: process.platform }): PublishedPlaces {
  const { uid, username } = userInfo();
  if (platform === 'win32') {
    const user = createHash('sha256').update(username).digest('hex').slice(0, 12);
    return { folders: ['\\\\.\\pipe\\'], prefix: `subwire-${user}-`, isPipe: true };
  }
  const named = env['SUBWIRE_POOLS'];
  const bases = [env['XDG_RUNTIME_DIR'], ...(platform === 'linux' ? [`/run/user/${uid}`] : []), tmpdir(), '/tmp'];
  const usual = bases.filter((base) => base !== undefined && base !== '').map((base) => join(base as string, `subwire-pools-${uid}`));
  const folders = named !== undefined && named !== '' ? [named] : [...new Set(usual)];
  return {
    folders: folders.filter((folder) => Buffer.byteLength(join(folder, longestName)) <= maxAddressBytes),
    prefix: 'subwire-',
    isPipe: false,
  };
}

/** Whether a folder is ours alone: another user's, or a link to one, would show us whatever they like. */
export async function isPrivateFolder(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === userInfo().uid && (found.mode & 0o077) === 0;
}

async function makePrivate(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') return false;
  }
  return isPrivateFolder(folder);
}

/**
 * A new address for a socket of this process, in the first folder that can be had for this user alone.
 * @throws ConfigError `INVALID_OPTION` when there is none
 */
export async function newAddress(places: PublishedPlaces): Promise<string> {
  const name = `${places.prefix}${process.pid}-${randomBytes(4).toString('hex')}${places.isPipe ? '' : '.sock'}`;
  if (places.isPipe) return `${places.folders[0] ?? ''}${name}`;
  for (const folder of places.folders) if (await makePrivate(folder)) return join(folder, name);
  throw new ConfigError({
    code: 'INVALID_OPTION',
    option: 'folder',
    message:
      'No folder for the socket can be had for this user alone. Set XDG_RUNTIME_DIR, or SUBWIRE_POOLS, to a directory of your own with a short path.',
  });
}

/** The pid in the name of a socket of ours; undefined for any other name. */
export function pidOfAddress(address: string, { prefix }: Pick<PublishedPlaces, 'prefix'>): number | undefined {
  const name = address.startsWith('\\\\') ? address.slice(address.lastIndexOf('\\') + 1) : basename(address);
  if (!name.startsWith(prefix)) return undefined;
  const [, pid] = /^(\d+)-[0-9a-f]{8}(?:\.sock)?$/.exec(name.slice(prefix.length)) ?? [];
  return pid === undefined ? undefined : Number(pid);
}
