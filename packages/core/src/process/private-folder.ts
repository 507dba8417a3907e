import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory that this user alone can look into. */
export interface PrivateFolder {
  readonly path: string;
  create(): Promise<void>;
  /** Removes it with all that is in it. Idempotent. */
  remove(): Promise<void>;
}

/**
 * Names a directory before it is there, so that whoever is to remove it after the death of this host can be told first. The name is as random as the marker,
 * and begins with `subwire-`, by which the guard and a later host know what they may remove.
 */
export function planPrivateFolder(purpose: 'home' | 'args' | 'config', marker: string): PrivateFolder {
  const path = join(tmpdir(), `subwire-${purpose}-${marker}`);
  return {
    path,
    // Not recursive: one that is there already was made by somebody else.
    create: () => mkdir(path, { mode: 0o700 }),
    // A process that is just ending may still write: an attempt or two more costs nothing.
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 }),
  };
}
