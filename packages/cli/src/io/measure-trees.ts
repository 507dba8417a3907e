import { pidtree } from 'pidtree';
import pidusage from 'pidusage';
import type { TreeMeasure } from './io.ts';

/** Pids of each root with everything below it, from one look at the process table. Where there is no `ps`, only the roots themselves. */
async function membersOf(roots: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>> {
  const table = await pidtree(-1, { advanced: true }).catch(() => []);
  const children = new Map<number, number[]>();
  for (const { ppid, pid } of table) children.set(ppid, [...(children.get(ppid) ?? []), pid]);
  const below = (pid: number, seen: Set<number>): Set<number> => {
    if (seen.has(pid)) return seen;
    seen.add(pid);
    for (const child of children.get(pid) ?? []) below(child, seen);
    return seen;
  };
  return new Map(roots.map((root) => [root, [...below(root, new Set())]]));
}

/** Measures process trees. Processor use counts from the call before, so the first call says 0. */
export async function measureTrees(roots: readonly number[]): Promise<ReadonlyMap<number, TreeMeasure>> {
  if (roots.length === 0) return new Map();
  const members = await membersOf(roots);
  const all = [...new Set([...members.values()].flat())];
  // One that has ended in the meantime has no entry; when all have, the call fails.
  const usage: Readonly<Record<string, { readonly memory: number; readonly cpu: number } | undefined>> = await pidusage(all).catch(
    () => ({}),
  );
  return new Map(
    [...members].flatMap(([root, pids]): readonly (readonly [number, TreeMeasure])[] => {
      const found = pids.map((pid) => usage[pid]).filter((entry) => entry != null);
      if (found.length === 0) return [];
      const residentBytes = found.reduce((sum, { memory }) => sum + memory, 0);
      const cpuPercent = found.reduce((sum, { cpu }) => sum + cpu, 0);
      return [[root, { residentBytes, cpuPercent, processes: found.length }]];
    }),
  );
}
