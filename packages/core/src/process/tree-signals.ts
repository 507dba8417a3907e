import { isAlive, signalIdentity, type ProcessIdentity, type ProcessTable } from './process-table.ts';
import { killTree } from './kill-tree.ts';
import type { ProcessTree } from './process-tree.ts';

/** What can be sent to a tree, and what came of it. */
export interface TreeSignals {
  /** Whether there is a signal that asks a process to end; Windows has none. */
  readonly hasTerm: boolean;
  /** When the first TERM was sent, on the clock of `performance.now()`. */
  readonly termAt: number | undefined;
  /** Whether everything was sent a KILL. */
  readonly wasKilled: boolean;
  /** Whether the KILL reached others than the root. */
  readonly killedDescendants: boolean;
  /** Adds what is there now to what was seen before. */
  look(): Promise<void>;
  /** TERM to the root and to those that share its group. */
  termGroup(): Promise<void>;
  /** TERM to whoever has not had one. */
  termRest(rung: string): Promise<void>;
  /** KILL to everybody, until nobody is left or the time is over. */
  killAll(withinMs: number): Promise<void>;
  /** Resolves when no `killAll` is under way. */
  idle(): Promise<void>;
  /** Whether members other than the root live. */
  hasDescendants(): Promise<boolean>;
  /** Pids of living members, the root first. */
  survivors(): Promise<readonly number[]>;
  /** Those without the root that a signal was sent to and that are gone now. */
  ended(survivors: readonly number[]): readonly { readonly pid: number; readonly rung: string }[];
}

/** What {@link createTreeSignals} needs. */
export interface TreeSignalsOptions {
  readonly root: ProcessIdentity;
  readonly tree: ProcessTree;
  readonly table: ProcessTable;
  /** Whether the root only holds a namespace for its child, and would take that child down when it is signalled itself. */
  readonly rootIsWrapper?: boolean;
  readonly atOnce?: (() => void) | undefined;
}

/** Signals to a tree on a POSIX system. Each goes to a pid whose start time was checked in the same breath. */
export function createTreeSignals(options: TreeSignalsOptions): TreeSignals {
  const { root, tree, table, rootIsWrapper = false, atOnce } = options;
  const termed = new Set<number>();
  const sent = new Map<number, string>();
  let termAt: number | undefined;
  let killing: Promise<void> | undefined;
  let killedDescendants = false;

  function term(member: ProcessIdentity, rung: string): void {
    if (termed.has(member.pid) || (rootIsWrapper && member.pid === root.pid)) return;
    termed.add(member.pid);
    termAt ??= performance.now();
    if (signalIdentity(table, member, 'SIGTERM')) sent.set(member.pid, rung);
  }

  async function kill(withinMs: number): Promise<void> {
    for (const { pid } of await killTree(tree, { table, withinMs, atOnce })) {
      sent.set(pid, 'descendants');
      if (pid !== root.pid) killedDescendants = true;
    }
  }

  return {
    hasTerm: true,
    get termAt() {
      return termAt;
    },
    get wasKilled() {
      return killing !== undefined;
    },
    get killedDescendants() {
      return killedDescendants;
    },
    look: async () => void (await tree.look()),
    async termGroup() {
      const group = (await tree.look()).filter((member) => member.group === root.pid);
      // One call reaches those too that are forked while we count. The group is ours for certain only while its leader is the very process that we started.
      if (!rootIsWrapper && isAlive(table, root) && table.read(root.pid)?.group === root.pid) {
        termAt ??= performance.now();
        for (const { pid } of group) {
          termed.add(pid);
          sent.set(pid, 'term');
        }
        try {
          process.kill(-root.pid, 'SIGTERM');
          return;
        } catch {
          // The group ended in between.
        }
      }
      term(root, 'term');
      for (const member of group) term(member, 'term');
    },
    async termRest(rung) {
      for (const member of await tree.look()) term(member, rung);
    },
    killAll(withinMs) {
      killing = (killing ?? Promise.resolve()).then(() => kill(withinMs));
      return killing;
    },
    idle: async () => killing,
    hasDescendants: async () => tree.hasKnown(root.pid) === true || (await tree.look()).some((member) => member.pid !== root.pid),
    async survivors() {
      const pids = (await tree.look()).map((member) => member.pid);
      return [...pids.filter((pid) => pid === root.pid), ...pids.filter((pid) => pid !== root.pid)];
    },
    ended: (survivors) => [...sent].filter(([pid]) => pid !== root.pid && !survivors.includes(pid)).map(([pid, rung]) => ({ pid, rung })),
  };
}
