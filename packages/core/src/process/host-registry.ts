import { appendFileSync, chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { attempt, succeeds } from './attempt.ts';
import { createMarker, isMarker } from './marker.ts';
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
  /** Notes a line under a key before what it names is there: {@link treeLine} or {@link folderLine}. */
  hold(key: string, line: string): void;
  /** Nothing that is held under the key is there any more. The file goes with the last key. */
  release(key: string): void;
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

const treeMark = '+ ';
const folderMark = '> ';
// A host that lives for months and is never idle would otherwise fill its file.
const spareLines = 1000;

/** Says that a tree carries this marker, to the registry and to the guard. */
export const treeLine = (marker: string): string => `${treeMark}${marker}`;

/** Says that a directory is private to a tree, to the registry and to the guard. */
export const folderLine = (path: string): string => `${folderMark}${path}`;

function parseFile(text: string): (Orphans & { readonly owner: RegisteredHost }) | undefined {
  const [first = '', ...rest] = text.split('\n').filter((line) => line !== '');
  const owner = attempt(() => JSON.parse(first) as Partial<RegisteredHost>);
  if (typeof owner?.host?.pid !== 'number' || typeof owner.host.startTime !== 'string' || typeof owner.bootId !== 'string')
    return undefined;
  const after = (mark: string): readonly string[] => rest.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length));
  return { owner: owner as RegisteredHost, markers: after(treeMark).filter(isMarker), folders: after(folderMark) };
}

/**
 * A file with the markers of trees of this host. Each registry has one of its own, so that copies of this module (in worker threads, in two versions) never
 * remove what others have noted. It names no process to be signalled, only what such a process must carry: an entry that is old, or
 * forged, matches nobody.
 */
export function createHostRegistry(options: HostRegistryOptions): HostRegistry {
  const { folder, self, table } = options;
  const name = `${self.host.pid}-${self.host.startTime}-${createMarker().slice(0, 8)}`;
  const file = join(folder, `${name}.hosts`);
  const held = new Map<string, readonly string[]>();
  let written = 0;

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
    if (written === 0 && !ready()) return;
    attempt(() => appendFileSync(file, `${written === 0 ? `${JSON.stringify(self)}\n` : ''}${line}\n`, { mode: 0o600 }));
    written += 1;
  }

  /** Leaves out what has been released. A host that dies in between has the whole file, the old or the new one. */
  function compact(lines: readonly string[]): void {
    const next = `${file}.new`;
    const text = [JSON.stringify(self), ...lines].map((line) => `${line}\n`).join('');
    const replaced = succeeds(() => {
      writeFileSync(next, text, { mode: 0o600 });
      renameSync(next, file);
    });
    if (replaced) written = lines.length;
    else attempt(() => rmSync(next, { force: true }));
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
    hold(key, line) {
      held.set(key, [...(held.get(key) ?? []), line]);
      append(line);
    },
    release(key) {
      if (!held.delete(key)) return;
      if (held.size === 0) {
        written = 0;
        attempt(() => rmSync(file, { force: true }));
      } else if (written > spareLines + 2 * held.size) compact([...held.values()].flat());
    },
    claimOrphans() {
      const names = attempt(() => readdirSync(folder)) ?? [];
      const found = names.flatMap((entry) => claim(join(folder, entry)));
      return { markers: found.flatMap(({ markers }) => markers), folders: found.flatMap(({ folders }) => folders) };
    },
  };
}
