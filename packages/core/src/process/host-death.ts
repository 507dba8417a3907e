import { ClosedError } from '../errors/closed-error.ts';
import { createHostRegistry, folderLine, type HostRegistry, readBootId, registryFolder, treeLine } from './host-registry.ts';
import { createLiveSet, type LiveSet, type LiveTree } from './live-set.ts';
import { createMarker } from './marker.ts';
import { createOrphanGuard, type OrphanGuard } from './orphan-guard.ts';
import { hostProcessTable, type ProcessIdentity, type ProcessTable } from './process-table.ts';
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

/** Who ends trees when this host is dead. The guard removes the registry of what it holds, and so that one has nothing else in it. */
interface Keepers {
  readonly guard: OrphanGuard;
  readonly guardedTrees: HostRegistry;
  readonly otherTrees: HostRegistry;
}

interface HostServices {
  readonly live: LiveSet;
  readonly keepers: Keepers | undefined;
}

let services: HostServices | undefined;

/** Ends what dead hosts have left. Until that is gone it is ours: a host that dies in the middle of this leaves it to the next one. */
async function endOrphans(registry: HostRegistry, table: ProcessTable): Promise<void> {
  const { markers, folders } = registry.claimOrphans();
  const lines = [...markers.map(treeLine), ...folders.map(folderLine)];
  if (lines.length === 0) return;
  const key = createMarker();
  registry.hold(key, lines.join('\n'));
  await sweep(markers, table);
  await removeFolders(folders);
  registry.release(key);
}

function startServices(): HostServices {
  const table = hostProcessTable();
  const self = table?.read(process.pid);
  const live = createLiveSet(process, table);
  if (table === undefined || self === undefined) return { live, keepers: undefined };
  const host = { pid: self.pid, startTime: self.startTime };
  const createRegistry = (): HostRegistry => createHostRegistry({ folder: registryFolder(), self: { host, bootId: readBootId() }, table });
  const [guardedTrees, otherTrees] = [createRegistry(), createRegistry()];
  const guard = createOrphanGuard({ registryFile: guardedTrees.file, lingerMs, graceMs: guardGraceMs });
  // What cannot be ended stays noted, for the next host.
  void endOrphans(otherTrees, table).catch(() => undefined);
  if (process.pid === 1) {
    process.emitWarning(
      'This host runs as process 1, which has to reap what its agents leave, and Node does not. Start the container with an init, such as docker run --init.',
      {
        code: 'SUBWIRE_PID_1',
      },
    );
  }
  return { live, keepers: { guard, guardedTrees, otherTrees } };
}

/**
 * Makes sure that a tree ends with this host, whichever way that ends. To be called before the process is started: between its start and a note of it, a host
 * can die. The first call also ends what earlier, dead hosts of this user have left.
 * @throws ClosedError `CLOSED` when this host is about to die of a signal: whoever replaces an agent that was ended for that would keep it alive
 */
export function protect(request: ProtectRequest): Protection {
  services ??= startServices();
  const { live, keepers } = services;
  if (live.isDraining) {
    const message =
      'This host was asked to end by a signal: it lets its agents finish and starts no others. Start the agent in another host.';
    throw new ClosedError({ code: 'CLOSED', message });
  }
  const { marker, drain } = request;
  const guard = request.guarded ? keepers?.guard : undefined;
  const registry = request.guarded ? keepers?.guardedTrees : keepers?.otherTrees;
  let tree: ProcessTree | undefined;
  const folders = new Set<string>();
  const entry: LiveTree = {
    get tree() {
      return tree;
    },
    get isGuarded() {
      return guard?.isRunning ?? false;
    },
    drain,
  };
  const hold = (line: string): void => {
    registry?.hold(marker, line);
    guard?.hold(marker, line);
  };
  hold(treeLine(marker));
  live.add(entry);
  return {
    started(root, groupPath) {
      const table = hostProcessTable();
      if (table !== undefined) tree = createProcessTree({ root, marker, table });
      guard?.hold(marker, `${treeLine(marker)} ${root.pid}${groupPath === undefined ? '' : ` ${groupPath}`}`);
    },
    holdFolder(path) {
      // What holds a line feed would be two lines.
      if (path.includes('\n')) return;
      folders.add(path);
      hold(folderLine(path));
    },
    dropFolder(path) {
      if (folders.delete(path)) guard?.hold(marker, `< ${path}`);
    },
    release() {
      live.delete(entry);
      guard?.release(marker, [`- ${marker}`, ...[...folders].map((path) => `< ${path}`)].join('\n'));
      registry?.release(marker);
    },
  };
}
