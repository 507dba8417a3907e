import { lastValueFrom, type Observable, ReplaySubject } from 'rxjs';
import { toArray } from 'rxjs/operators';
import type { ShutdownPolicy } from '../policy/shutdown.ts';
import type { CloseReceipt, CloseRung, ProcessExit } from '../ports/child-process.ts';
import { escalate, type Rung } from '../streams/escalate.ts';
import { isAlive, listDescendants, type ProcessIdentity } from './descendants.ts';
import type { ProcessHandle } from './handle.ts';

/** What {@link terminate} is to do. */
export interface TerminateRequest {
  readonly handle: ProcessHandle;
  readonly policy: ShutdownPolicy;
  /** Whether the process was started here as the leader of a group of its own, so that one signal may be sent to the group. */
  readonly ownGroup: boolean;
  /** The first rung to try. @defaultValue 'eof' */
  readonly from?: 'eof' | 'term' | undefined;
  /** Cuts the waits short. */
  readonly hurry$?: Observable<unknown>;
}

interface Tree {
  /** Adds what is there now to what was seen before: a parent that dies takes the way to its children with it. */
  look(): Promise<void>;
  living(): Promise<readonly ProcessIdentity[]>;
}

function watchTree(pid: number | undefined): Tree {
  const seen = new Map<number, ProcessIdentity>();
  return {
    async look() {
      if (pid === undefined) return;
      for (const found of await listDescendants(pid)) seen.set(found.pid, found);
    },
    async living() {
      const checks = await Promise.all([...seen.values()].map(async (found) => ((await isAlive(found)) ? found : undefined)));
      return checks.filter((found) => found !== undefined);
    },
  };
}

function signalGroup(handle: ProcessHandle, ownGroup: boolean, signal: NodeJS.Signals): void {
  if (ownGroup && handle.pid !== undefined) {
    try {
      process.kill(-handle.pid, signal);
      return;
    } catch {
      // No such group any more: the process itself may still be there.
    }
  }
  handle.kill(signal);
}

async function killEach(processes: readonly ProcessIdentity[]): Promise<readonly number[]> {
  const killed: number[] = [];
  for (const found of processes) {
    // The number may belong to another process by now.
    if (!(await isAlive(found))) continue;
    try {
      process.kill(found.pid, 'SIGKILL');
      killed.push(found.pid);
    } catch {
      // Gone in between.
    }
  }
  return killed;
}

async function waitUntilGone(tree: Tree, waitMs: number): Promise<readonly ProcessIdentity[]> {
  const deadline = performance.now() + waitMs;
  let left = await tree.living();
  while (left.length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    left = await tree.living();
  }
  return left;
}

/**
 * Ends a process and its tree: EOF, TERM to the group, KILL, then whatever of the tree still lives. The descendants are listed before each signal,
 * because the tools of an agent sit in sessions of their own and can no longer be found once their parent is dead.
 */
export async function terminate(request: TerminateRequest): Promise<CloseReceipt> {
  const { handle, policy, ownGroup } = request;
  const startedAt = performance.now();
  const root = handle.identity;
  const tree = watchTree(policy.tree ? root?.pid : undefined);
  const exit$ = new ReplaySubject<ProcessExit>(1);
  handle.exit$.subscribe(exit$);
  const killed: { readonly pid: number; readonly rung: string }[] = [];

  await tree.look();
  const signal = (name: NodeJS.Signals) => async (): Promise<void> => {
    await tree.look();
    signalGroup(handle, ownGroup, name);
  };
  const ladder: Rung<CloseRung>[] = [
    { name: 'eof', act: () => handle.input.end(), waitMs: policy.eofGraceMs },
    { name: 'term', act: signal('SIGTERM'), waitMs: policy.termGraceMs },
    { name: 'kill', act: signal('SIGKILL'), waitMs: policy.killGraceMs },
  ];
  const rungs: CloseRung[] = await lastRungs(ladder.slice(request.from === 'term' ? 1 : 0), exit$, request.hurry$);
  const last = rungs.at(-1);
  if (root !== undefined && (last === 'term' || last === 'kill')) killed.push({ pid: root.pid, rung: last });

  // A tool that was told to end by its parent gets a moment; what is left after it would never end by itself.
  const left = await waitUntilGone(tree, rungs.length === 0 ? 0 : Math.min(100, policy.killGraceMs));
  if (left.length > 0) {
    rungs.push('descendants');
    for (const pid of await killEach(left)) killed.push({ pid, rung: 'descendants' });
  }
  const survivors = [...(await waitUntilGone(tree, policy.killGraceMs))];
  if (root !== undefined && (await isAlive(root))) survivors.unshift(root);
  return {
    exit: await currentExit(exit$),
    rungs,
    killed,
    survivors: survivors.map((found) => found.pid),
    durationMs: performance.now() - startedAt,
  };
}

function lastRungs(ladder: readonly Rung<CloseRung>[], done$: Observable<unknown>, hurry$?: Observable<unknown>): Promise<CloseRung[]> {
  return lastValueFrom(escalate(ladder, done$, hurry$).pipe(toArray()));
}

function currentExit(exit$: ReplaySubject<ProcessExit>): Promise<ProcessExit> {
  return new Promise((resolve) => {
    exit$.subscribe(resolve).unsubscribe();
    resolve({ code: null, signal: null });
  });
}
