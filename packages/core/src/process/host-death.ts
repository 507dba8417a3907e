import { createHostRegistry, type HostRegistry, readBootId, registryFolder } from './host-registry.ts';
import { createLiveSet, type LiveSet, type LiveTree } from './live-set.ts';
import { createOrphanGuard, type OrphanGuard } from './orphan-guard.ts';
import { hostProcessTable, type ProcessIdentity } from './process-table.ts';
import { createProcessTree, type ProcessTree } from './process-tree.ts';
import { removeFolders, sweep } from './sweep.ts';

/** The protection of one tree against the death of this host. */
export interface Protection {
  /** To be called as soon as the process runs. */
  started(root: ProcessIdentity, groupPath: string | undefined): void;
  /** Removes the directory when this host dies. To be called before it is made. */
  holdFolder(path: string): void;
  /** The directory is gone. */
  dropFolder(path: string): void;
  /** Nothing of the tree is left, or it was never started. */
  release(): void;
}

/** What {@link protect} needs. */
export interface ProtectRequest {
  readonly marker: string;
  /** Whether the guard holds it. */
  readonly guarded: boolean;
  /** Ends the tree in an orderly way, when this host was asked to end. */
  readonly drain: () => Promise<unknown>;
}

const lingerMs = 100;
const guardGraceMs = 5000;

interface HostServices {
  readonly live: LiveSet;
  readonly guard: OrphanGuard | undefined;
  readonly registry: HostRegistry | undefined;
}

let services: HostServices | undefined;

function startServices(): HostServices {
  const table = hostProcessTable();
  const self = table?.read(process.pid);
  const live = createLiveSet(process, table);
  if (table === undefined || self === undefined) return { live, guard: undefined, registry: undefined };
  const host = { pid: self.pid, startTime: self.startTime };
  const registry = createHostRegistry({ folder: registryFolder(), self: { host, bootId: readBootId() }, table });
  const guard = createOrphanGuard({ registryFile: registry.file, lingerMs, graceMs: guardGraceMs });
  const { markers, folders } = registry.claimOrphans();
  if (markers.length > 0 || folders.length > 0) {
    // Until they are gone they are ours: a host that dies in the middle of this leaves them to the next one.
    for (const marker of markers) registry.add(marker);
    for (const folder of folders) registry.addFolder(folder);
    void sweep(markers, table)
      .then(() => removeFolders(folders))
      .then(() => {
        if (live.size === 0) registry.clear();
      });
  }
  if (process.pid === 1) {
    process.emitWarning(
      'This host runs as process 1, which has to reap what its agents leave, and Node does not. Start the container with an init, such as docker run --init.',
      {
        code: 'SUBWIRE_PID_1',
      },
    );
  }
  return { live, guard, registry };
}

/**
 * Makes sure that a tree ends with this host, whichever way that ends. To be called before the process is started: between its start and a note of it, a host
 * can die. The first call also ends what earlier, dead hosts of this user have left.
 */
export function protect(request: ProtectRequest): Protection {
  services ??= startServices();
  const { live, guard, registry } = services;
  const { marker, drain } = request;
  const guarded = request.guarded && guard !== undefined;
  let tree: ProcessTree | undefined;
  const folders = new Set<string>();
  const entry: LiveTree = {
    get tree() {
      return tree;
    },
    get isGuarded() {
      return guarded && guard.isRunning;
    },
    drain,
  };
  registry?.add(marker);
  if (guarded) guard.hold(marker, `+ ${marker}`);
  live.add(entry);
  return {
    started(root, groupPath) {
      const table = hostProcessTable();
      if (table !== undefined) tree = createProcessTree({ root, marker, table });
      if (guarded) guard.hold(marker, `+ ${marker} ${root.pid}${groupPath === undefined ? '' : ` ${groupPath}`}`);
    },
    holdFolder(path) {
      // What holds a line feed would be two lines.
      if (path.includes('\n')) return;
      folders.add(path);
      registry?.addFolder(path);
      if (guarded) guard.hold(marker, `> ${path}`);
    },
    dropFolder(path) {
      if (folders.delete(path) && guarded) guard.hold(marker, `< ${path}`);
    },
    release() {
      live.delete(entry);
      if (guarded) guard.release(marker, [`- ${marker}`, ...[...folders].map((path) => `< ${path}`)].join('\n'));
      if (live.size === 0) registry?.clear();
    },
  };
}
