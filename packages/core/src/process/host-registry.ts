import { appendFileSync, chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { attempt, succeeds } from './attempt.ts';
import { isMarker } from './marker.ts';
import type { ProcessIdentity, ProcessTable } from './process-table.ts';

/** The host that a file of the registry is about, as its first line says. */
export interface RegisteredHost {
  readonly host: ProcessIdentity;
  /** Changes with each start of the machine; numbers and start times begin anew then. */
  readonly bootId: string;
}

/** What this host leaves behind for the next one, in case that nobody else ends its trees. */
export interface HostRegistry {
  readonly file: string;
  /** Notes a tree before it is started. */
  add(marker: string): void;
  /** Notes a directory before it is made. */
  addFolder(path: string): void;
  /** Nothing of this host lives any more. */
  clear(): void;
  /** What hosts have left that are dead; each is returned to one caller only. */
  claimOrphans(): Orphans;
}

/** What a dead host has left. */
export interface Orphans {
  /** Markers of its trees. */
  readonly markers: readonly string[];
  /** Its private directories. */
  readonly folders: readonly string[];
}

/** Options of {@link createHostRegistry}. */
export interface HostRegistryOptions {
  readonly folder: string;
  readonly self: RegisteredHost;
  readonly table: ProcessTable;
}

/** The directory of the registry: of this user alone, and gone after a restart of the machine. */
export function registryFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(env['XDG_RUNTIME_DIR'] ?? tmpdir(), `subwire-hosts-${userInfo().uid}`);
}

/** What identifies this start of the machine; empty where the system does not tell. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

const folderMark = '> ';

function parseFile(text: string): (Orphans & { readonly owner: RegisteredHost }) | undefined {
  const [first = '', ...rest] = text.split('\n').filter((line) => line !== '');
  const owner = attempt(() => JSON.parse(first) as Partial<RegisteredHost>);
  if (typeof owner?.host?.pid !== 'number' || typeof owner.host.startTime !== 'string' || typeof owner.bootId !== 'string')
    return undefined;
  const folders = rest.filter((line) => line.startsWith(folderMark)).map((line) => line.slice(folderMark.length));
  return { owner: owner as RegisteredHost, markers: rest.filter(isMarker), folders };
}

/**
 * A file per host with the markers of its trees. It names no process to be signalled, only what such a process must carry: an entry that is old, or
 * forged, matches nobody.
 */
export function createHostRegistry(options: HostRegistryOptions): HostRegistry {
  const { folder, self, table } = options;
  const name = `${self.host.pid}-${self.host.startTime}`;
  const file = join(folder, `${name}.hosts`);
  let written = false;

  /** Somebody else's directory, or a link to one, is not trusted. */
  function ready(): boolean {
    return (
      attempt(() => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const found = lstatSync(folder);
        if (!found.isDirectory() || found.uid !== userInfo().uid) return false;
        if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
        return true;
      }) ?? false
    );
  }

  function isDead(owner: RegisteredHost): boolean {
    if (owner.bootId !== self.bootId) return true;
    return table.read(owner.host.pid)?.startTime !== owner.host.startTime;
  }

  function append(line: string): void {
    if (!written && !ready()) return;
    attempt(() => appendFileSync(file, `${written ? '' : `${JSON.stringify(self)}\n`}${line}\n`, { mode: 0o600 }));
    written = true;
  }

  function claim(path: string): readonly Orphans[] {
    const parsed = attempt(() => parseFile(readFileSync(path, 'utf8')));
    if (parsed === undefined || !isDead(parsed.owner)) return [];
    const taken = `${path}.${name}`;
    // A rename succeeds for one host only. Who claims and dies leaves a file that counts as that host's own: the owner inside is dead still.
    if (!succeeds(() => renameSync(path, taken))) return [];
    attempt(() => rmSync(taken));
    // A restart of the machine has ended its processes; its files may lie there still.
    return [parsed.owner.bootId === self.bootId ? parsed : { markers: [], folders: parsed.folders }];
  }

  return {
    file,
    add: append,
    addFolder: (path) => append(`${folderMark}${path}`),
    clear() {
      if (!written) return;
      written = false;
      attempt(() => rmSync(file, { force: true }));
    },
    claimOrphans() {
      const names = attempt(() => readdirSync(folder)) ?? [];
      const found = names.filter((entry) => join(folder, entry) !== file).flatMap((entry) => claim(join(folder, entry)));
      return { markers: found.flatMap(({ markers }) => markers), folders: found.flatMap(({ folders }) => folders) };
    },
  };
}
