import { signalIdentity, type ProcessIdentity, type ProcessTable } from './process-table.ts';
import type { ProcessTree } from './process-tree.ts';

/** What {@link killTree} needs. */
export interface KillTreeOptions {
  readonly table: ProcessTable;
  /** When to give up, in milliseconds: a process in an uninterruptible wait ignores even SIGKILL. */
  readonly withinMs: number;
  /** Ends everything in one stroke where the kernel can, as a control group does; what it misses is found afterwards. */
  readonly atOnce?: (() => void) | undefined;
}

const pauseMs = 4;
const maxFreezes = 8;

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Stops every member until a look finds none that runs: a program that forks faster than it is killed would stay ahead for ever. */
async function freeze(tree: ProcessTree, table: ProcessTable): Promise<readonly ProcessIdentity[]> {
  const frozen = new Map<number, ProcessIdentity>();
  for (let round = 0; round < maxFreezes; round++) {
    const fresh = (await tree.look()).filter((member) => !frozen.has(member.pid));
    if (fresh.length === 0) break;
    for (const member of fresh) {
      signalIdentity(table, member, 'SIGSTOP');
      frozen.set(member.pid, member);
    }
  }
  return [...frozen.values()];
}

/**
 * Ends every member of a tree with SIGKILL: freeze, collect, kill, and again, until two looks in a row find nobody. Resolves with those that the
 * signal was sent to; who is still there afterwards, {@link ProcessTree.look} tells.
 */
export async function killTree(tree: ProcessTree, options: KillTreeOptions): Promise<readonly ProcessIdentity[]> {
  const { table, withinMs, atOnce } = options;
  const deadline = performance.now() + withinMs;
  const killed = new Map<string, ProcessIdentity>();
  const note = (member: ProcessIdentity): void => void killed.set(`${member.pid}@${member.startTime}`, member);
  if (atOnce !== undefined) {
    for (const member of await tree.look()) note(member);
    atOnce();
  }
  for (let empty = 0; empty < 2;) {
    const members = await freeze(tree, table);
    empty = members.length === 0 ? empty + 1 : 0;
    for (const member of members) if (signalIdentity(table, member, 'SIGKILL')) note(member);
    if (performance.now() > deadline) break;
    if (empty < 2) await pause(pauseMs);
  }
  return [...killed.values()];
}
