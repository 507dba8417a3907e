import { isAlive, type ProcessEntry, type ProcessIdentity, type ProcessTable } from './process-table.ts';

/** A tree of processes, found again at each look. */
export interface ProcessTree {
  /** Undefined where only the marker is known, as after the death of an earlier host. */
  readonly root: ProcessIdentity | undefined;
  readonly marker: string;
  /** The living members now, the root among them. */
  look(): Promise<readonly ProcessEntry[]>;
  /** Whether a member that was seen before still lives, one aside. Costs no look at the whole table; undefined where that cannot be told without one. */
  hasKnown(except: number | undefined): boolean | undefined;
  /** The members in a table that was read already. */
  membersIn(entries: readonly ProcessEntry[]): readonly ProcessEntry[];
}

/** What {@link createProcessTree} needs. */
export interface ProcessTreeOptions {
  readonly root: ProcessIdentity | undefined;
  readonly marker: string;
  readonly table: ProcessTable;
  /** The process that is never a member, whatever it carries. @defaultValue this one */
  readonly host?: number;
}

const keyOf = (identity: ProcessIdentity): string => `${identity.pid}@${identity.startTime}`;

/**
 * Looks for members three ways at once, because each alone misses somebody: parentage misses those whose parent has died (a double fork), the marker
 * misses those that were given a clean environment, and the groups and sessions led by a member miss those that have left them. What was a member
 * once stays one.
 */
export function createProcessTree(options: ProcessTreeOptions): ProcessTree {
  const { root, marker, table, host = process.pid } = options;
  const known = new Map<string, ProcessIdentity>();
  if (root !== undefined) known.set(keyOf(root), root);

  /** Ids of groups and sessions that members lead or have led. A number that somebody else has by now is none. */
  function leadersIn(byPid: ReadonlyMap<number, ProcessEntry>): Set<number> {
    const leaders = new Set<number>();
    for (const { pid, startTime } of known.values()) {
      const holder = byPid.get(pid);
      if (holder === undefined || holder.startTime === startTime) leaders.add(pid);
    }
    return leaders;
  }

  function membersIn(entries: readonly ProcessEntry[]): readonly ProcessEntry[] {
    const byPid = new Map(entries.map((entry) => [entry.pid, entry]));
    const leaders = leadersIn(byPid);
    const oldest = root === undefined ? 0 : Number(root.startTime);
    let rest = entries.filter((entry) => entry.pid > 1 && entry.pid !== host && !(Number(entry.startTime) < oldest));
    const found = new Map<number, ProcessEntry>();
    const belongs = (entry: ProcessEntry): boolean =>
      found.has(entry.parent) || leaders.has(entry.group) || leaders.has(entry.session) || known.has(keyOf(entry));
    const add = (entry: ProcessEntry): void => {
      known.set(keyOf(entry), { pid: entry.pid, startTime: entry.startTime });
      found.set(entry.pid, entry);
      leaders.add(entry.pid);
    };
    for (const entry of rest) if (known.has(keyOf(entry)) || table.carries(entry, marker)) add(entry);
    for (let before = -1; before !== found.size;) {
      before = found.size;
      rest = rest.filter((entry) => !found.has(entry.pid));
      for (const entry of rest) if (belongs(entry)) add(entry);
    }
    return [...found.values()];
  }

  return {
    root,
    marker,
    membersIn,
    look: async () => membersIn(await table.readAll()),
    hasKnown(except) {
      if (!table.isCheap) return undefined;
      return [...known.values()].some((identity) => identity.pid !== except && isAlive(table, identity));
    },
  };
}
