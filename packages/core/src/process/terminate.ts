import { firstValueFrom, lastValueFrom, merge, NEVER, type Observable, of, ReplaySubject, toArray } from 'rxjs';
import type { ShutdownPolicy } from '../policy/shutdown.ts';
import type { CloseReceipt, CloseRung, ProcessExit } from '../ports/child-process.ts';
import { escalate, type Rung } from '../streams/escalate.ts';
import type { ProcessHandle } from './handle.ts';
import { pause } from './kill-tree.ts';
import type { TreeSignals } from './tree-signals.ts';

/** What is to be said of the end of a process that was never started. */
export const neverStarted: CloseReceipt = Object.freeze({
  exit: { code: null, signal: null },
  rungs: [],
  killed: [],
  survivors: [],
  durationMs: 0,
});

/** What {@link terminate} is to do. */
export interface TerminateRequest {
  readonly handle: ProcessHandle;
  readonly policy: ShutdownPolicy;
  /** The signals to its tree; undefined when the process is none of this machine's, or when only the process itself is to be ended. */
  readonly tree: TreeSignals | undefined;
  /** Whether the pid is that of a process on this machine which we have started; a double's is made up. */
  readonly isOurs: boolean;
  /** The first rung to try. @defaultValue 'eof' */
  readonly from?: 'eof' | 'term' | undefined;
  /** Cuts the waits short. */
  readonly hurry$?: Observable<unknown>;
}

// The real CLI ends its own tools within 1.6 s of SIGTERM, and does it better than a signal from outside.
const cleaningMs = 2000;
// What was told to end by its parent, just now, gets a moment before it counts as left behind.
const settleMs = 100;

const once = <T>(values: readonly T[]): T[] => [...new Set(values)];

function ladderOf(request: TerminateRequest): readonly Rung<CloseRung>[] {
  const { handle, policy, tree } = request;
  const { eofGraceMs, termGraceMs, killGraceMs } = policy;
  const eof: Rung<CloseRung> = { name: 'eof', act: () => handle.input.end(), waitMs: eofGraceMs };
  if (tree === undefined) {
    return [
      eof,
      { name: 'term', act: () => handle.kill('SIGTERM'), waitMs: termGraceMs },
      { name: 'kill', act: () => handle.kill('SIGKILL'), waitMs: killGraceMs },
    ];
  }
  const kill: Rung<CloseRung> = { name: 'kill', act: () => tree.killAll(killGraceMs), waitMs: killGraceMs };
  // Windows has no SIGTERM: what Node sends under that name ends the process at once and leaves its children where nobody finds them.
  if (!tree.hasTerm) return [eof, kill];
  const cleaning = Math.min(cleaningMs, termGraceMs * 0.4);
  return [
    eof,
    { name: 'term', act: () => tree.termGroup(), waitMs: cleaning },
    { name: 'term', act: () => tree.termRest('term'), waitMs: termGraceMs - cleaning },
    kill,
  ];
}

/** Waits until no descendant is left, for at most so long. Returns whether that was reached. */
async function gone(tree: TreeSignals, hurry$: Observable<unknown>, waitMs: number): Promise<boolean> {
  let hurried = false;
  const hurrying = hurry$.subscribe(() => {
    hurried = true;
  });
  const deadline = performance.now() + waitMs;
  try {
    for (let empty = 0; ;) {
      empty = (await tree.hasDescendants()) ? 0 : empty + 1;
      if (empty >= 2) return true;
      if (empty === 0 && (hurried || performance.now() >= deadline)) return false;
      await pause(empty > 0 ? 4 : 15);
    }
  } finally {
    hurrying.unsubscribe();
  }
}

/** Ends what the process has left behind: TERM, and KILL when the time since the first TERM is over. Returns whether there was anything. */
async function endLeftovers(tree: TreeSignals, request: TerminateRequest, termAt: number | undefined): Promise<boolean> {
  const { policy, hurry$ = NEVER } = request;
  const wasKilled = tree.wasKilled;
  if (await gone(tree, NEVER, wasKilled ? 0 : Math.min(settleMs, policy.killGraceMs))) return wasKilled && tree.killedDescendants;
  if (!wasKilled && tree.hasTerm) {
    await tree.termRest('descendants');
    const deadline = (termAt ?? performance.now()) + policy.termGraceMs;
    if (await gone(tree, hurry$, deadline - performance.now())) return true;
  }
  await tree.killAll(policy.killGraceMs);
  return true;
}

async function exitNow(exit$: Observable<ProcessExit>): Promise<ProcessExit> {
  return firstValueFrom(merge(exit$, of({ code: null, signal: null })));
}

/** Whether the signal of a rung is what ended the process: it says so itself, or with 128 + 15, as programs do that clean up after SIGTERM. */
function endedBySignal(exit: ProcessExit, rung: CloseRung | undefined): rung is 'term' | 'kill' {
  if (rung === 'kill') return exit.signal === 'SIGKILL' || exit.code === 137 || (process.platform === 'win32' && exit.code !== 0);
  return rung === 'term' && (exit.signal === 'SIGTERM' || exit.code === 143);
}

/**
 * Ends a process and its tree: EOF, TERM, KILL, then whatever of the tree still lives. The tree is looked at before and after each signal, because the
 * tools of an agent sit in sessions of their own and cannot be found by parentage once their parent is dead.
 */
export async function terminate(request: TerminateRequest): Promise<CloseReceipt> {
  const { handle, policy, tree, hurry$ } = request;
  const startedAt = performance.now();
  const exit$ = new ReplaySubject<ProcessExit>(1);
  handle.exit$.subscribe(exit$);
  await tree?.look();
  const ladder = ladderOf(request).slice(request.from === 'term' ? 1 : 0);
  const rungs: CloseRung[] = once(await lastValueFrom(escalate(ladder, exit$, hurry$).pipe(toArray())));
  const last = rungs.at(-1);
  const killed: { readonly pid: number; readonly rung: string }[] = [];
  const exit = await exitNow(exit$);
  if (handle.pid !== undefined && request.isOurs && endedBySignal(exit, last)) killed.push({ pid: handle.pid, rung: last });
  let survivors: readonly number[] = [];
  if (tree !== undefined) {
    await tree.idle();
    if (await endLeftovers(tree, request, tree.termAt)) rungs.push('descendants');
    await gone(tree, NEVER, policy.killGraceMs);
    survivors = await tree.survivors();
    killed.push(...tree.ended(survivors));
  }
  return { exit: await exitNow(exit$), rungs, killed, survivors, durationMs: performance.now() - startedAt };
}
