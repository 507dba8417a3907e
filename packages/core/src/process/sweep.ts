import { lstat, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, isAbsolute } from 'node:path';
import { killTree, pause } from './kill-tree.ts';
import { signalIdentity, type ProcessTable } from './process-table.ts';
import { createProcessTree } from './process-tree.ts';

/** How {@link sweep} goes about it. */
export interface SweepOptions {
  /** How long the processes may take to end after TERM, in milliseconds. @defaultValue 2000 */
  readonly graceMs?: number;
  /** How long they are killed for, in milliseconds. @defaultValue 5000 */
  readonly killMs?: number;
}

/**
 * Ends whatever carries one of the markers: TERM, then KILL. A process without one is never signalled, whatever a registry says of it. Resolves with
 * the pids that a signal was sent to.
 */
export async function sweep(markers: readonly string[], table: ProcessTable, options: SweepOptions = {}): Promise<readonly number[]> {
  const { graceMs = 2000, killMs = 5000 } = options;
  const signalled = new Set<number>();
  const sweepOne = async (marker: string): Promise<void> => {
    const tree = createProcessTree({ root: undefined, marker, table });
    for (const member of await tree.look()) if (signalIdentity(table, member, 'SIGTERM')) signalled.add(member.pid);
    const deadline = performance.now() + graceMs;
    while ((await tree.look()).length > 0 && performance.now() < deadline) await pause(25);
    for (const { pid } of await killTree(tree, { table, withinMs: killMs })) signalled.add(pid);
  };
  await Promise.all(markers.map(sweepOne));
  return [...signalled];
}

/** Removes private directories of a dead host: what is named like one, is a directory and no link to one, and is this user's. */
export async function removeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    if (!isAbsolute(folder) || !/^subwire-(?:home|args|config)-[0-9a-f]{32}$/.test(basename(folder))) continue;
    const found = await lstat(folder).catch(() => undefined);
    if (found?.isDirectory() === true && found.uid === userInfo().uid)
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}
