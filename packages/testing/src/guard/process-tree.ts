import {
  childrenOf,
  identityOf,
  listPids,
  readEnvironment,
  readProcess,
  type ProcessIdentity,
  type ProcessState,
} from './process-state.ts';

/** A text that is equal for the same process and differs after its pid has been used again. */
export function keyOf(identity: ProcessIdentity): string {
  return `${identity.pid}@${identity.startTime}`;
}

/** The identity of every process of this host that can be seen. */
export function identitiesOfAll(): readonly ProcessIdentity[] {
  return listPids().flatMap((pid) => identityOf(pid) ?? []);
}

/** Everything below a process at this moment, zombies included, found from parent to child. */
export function descendantsOf(root: number): readonly number[] {
  const found = new Set<number>();
  const queue = [root];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    for (const child of childrenOf(pid)) {
      if (found.has(child)) continue;
      found.add(child);
      queue.push(child);
    }
  }
  return [...found];
}

/** What a search of the whole process table goes by. */
export interface TableSearch {
  /** The process that the test runs in; never a result itself. */
  readonly root: number;
  /** `NAME=value`: a process that was started with it belongs to the test. */
  readonly marker: string;
  /** Processes known to belong to the test, dead ones included. */
  readonly known: readonly ProcessIdentity[];
  /** Whether a process was there before the test. Its new children still count, it does not. */
  readonly isOlder: (identity: ProcessIdentity) => boolean;
}

/** The known processes that may still lead a session or group: a pid that somebody else has by now is not one. */
function leadersOf(search: TableSearch, table: ReadonlyMap<number, ProcessState>): ReadonlySet<number> {
  const own = table.get(search.root);
  const leaders = new Set<number>();
  for (const { pid, startTime } of search.known) {
    const holder = table.get(pid);
    if (pid === own?.session || pid === own?.processGroup) continue;
    if (holder === undefined || holder.startTime === startTime) leaders.add(pid);
  }
  return leaders;
}

/**
 * Searches the whole process table three ways at once, because each alone misses somebody: parentage misses those whose parent has died (a double fork),
 * the marker misses those that were given a clean environment, and the sessions and groups led by a known process miss those that left them.
 */
export function searchTable(search: TableSearch): readonly ProcessState[] {
  const table = new Map(
    listPids()
      .flatMap((pid) => readProcess(pid) ?? [])
      .map((state) => [state.pid, state]),
  );
  const known = new Set(search.known.map(keyOf));
  const leaders = leadersOf(search, table);
  const mine = new Set<number>([search.root]);
  for (const state of table.values()) {
    if (state.pid === search.root) continue;
    if (known.has(keyOf(state))) mine.add(state.pid);
    else if (search.isOlder(state)) continue;
    else if (leaders.has(state.session) || leaders.has(state.processGroup)) mine.add(state.pid);
    else if (readEnvironment(state.pid).includes(search.marker)) mine.add(state.pid);
  }
  for (let before = 0; before !== mine.size;) {
    before = mine.size;
    for (const state of table.values()) if (mine.has(state.parent)) mine.add(state.pid);
  }
  mine.delete(search.root);
  return [...table.values()].filter((state) => mine.has(state.pid) && !search.isOlder(state));
}
