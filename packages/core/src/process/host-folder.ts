import { protect } from './host-death.ts';
import { createMarker } from './marker.ts';
import { planPrivateFolder } from './private-folder.ts';

/** A directory that this user alone can look into, and that does not outlive this host. */
export interface HostFolder {
  readonly path: string;
  /** Removes it with all that is in it. Idempotent. */
  remove(): Promise<void>;
}

/** Options of {@link createHostFolder}. */
export interface HostFolderOptions {
  /** Whether the orphan guard removes it as soon as the host is dead; else the next host of this user does. As for the agents that use it. @defaultValue true */
  readonly orphanGuard?: boolean;
}

/**
 * Makes a private directory for what belongs to an agent, such as a copy of a configuration with a credential in it. It is removed by `remove()`, and when this
 * host ends without having called it: by the guard, also after a SIGKILL (POSIX systems), or by the next host of this user.
 */
export async function createHostFolder({ orphanGuard = true }: HostFolderOptions = {}): Promise<HostFolder> {
  // Its name is not the marker: agents carry the name in their environment, and would pass for members of a tree.
  const folder = planPrivateFolder('config', createMarker());
  // The agents that use it are drained by their own entries; it goes after them.
  const protection = protect({ marker: createMarker(), guarded: orphanGuard, drain: () => Promise.resolve() });
  protection.holdFolder(folder.path);
  try {
    await folder.create();
  } catch (cause) {
    protection.release();
    throw cause;
  }
  let removed: Promise<void> | undefined;
  return {
    path: folder.path,
    remove: () => (removed ??= folder.remove().finally(() => protection.release())),
  };
}
