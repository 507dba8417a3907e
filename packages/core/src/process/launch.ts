import { EMPTY, type Observable } from 'rxjs';
import { takeUntil } from 'rxjs/operators';
import type { ResolvedTransportOptions } from '../policy/options.ts';
import type { CloseReceipt } from '../ports/child-process.ts';
import { contain, type Containing } from './contain.ts';
import type { ContainmentTier } from './containment.ts';
import { type ProcessHandle, startProcess } from './handle.ts';
import { protect, type Protection } from './host-death.ts';
import { type LimitEvent, needsSamples, watchLimits } from './limits.ts';
import { createMarker } from './marker.ts';
import { nodeSpawner } from './node-spawner.ts';
import { type LaunchNotice, prepare } from './prepare.ts';
import { hostProcessTable } from './process-table.ts';
import { createProcessTree, type ProcessTree } from './process-tree.ts';
import { openStderrFile, type StderrFile } from './stderr-file.ts';
import { terminate, type TerminateRequest } from './terminate.ts';
import { createTreeSignals, type TreeSignals } from './tree-signals.ts';
import { hostSampler, type TreeUsage, type WatchOptions } from './tree-usage.ts';
import { createWindowsTree } from './windows-tree.ts';

/** How a launched process is to be ended. */
export type EndRequest = Pick<TerminateRequest, 'policy' | 'from' | 'hurry$'>;

/** A process that was started, and what may be done to it. */
export interface Launched {
  readonly handle: ProcessHandle;
  /** What keeps its tree together. */
  readonly containment: ContainmentTier;
  /** What is worth knowing about the start and kept nothing from it. */
  readonly notices: readonly LaunchNotice[];
  /** What its tree uses, sampled while somebody listens. Completes when the process ends; empty where this machine cannot see the tree. */
  usage(options: WatchOptions): Observable<TreeUsage>;
  /** The limits that are reached. Completes when the process ends. */
  readonly limits$: Observable<LimitEvent>;
  /** Ends the process and its tree. */
  end(request: EndRequest): Promise<CloseReceipt>;
}

/** What a launch needs besides the options. */
export interface LaunchHooks {
  /** Ends the process in an orderly way: called when the host itself was asked to end. */
  readonly drain: () => Promise<unknown>;
}

/** The signals that reach a tree, or undefined when there is none on this machine to reach. */
function signalsTo(
  handle: ProcessHandle,
  tree: ProcessTree | undefined,
  isLocal: boolean,
  containing?: Containing,
): TreeSignals | undefined {
  const { identity: root, pid } = handle;
  const table = hostProcessTable();
  if (table !== undefined) {
    if (root === undefined || tree === undefined) return undefined;
    const { group, rootIsWrapper = false } = containing ?? {};
    return createTreeSignals({ root, table, tree, rootIsWrapper, atOnce: group && (() => group.kill()) });
  }
  if (!isLocal || pid === undefined) return undefined;
  let gone = false;
  handle.exit$.subscribe(() => {
    gone = true;
  });
  return createWindowsTree({ pid, isAlive: () => !gone, killRoot: () => void handle.kill('SIGKILL') });
}

function treeOf(handle: ProcessHandle, marker: string): ProcessTree | undefined {
  const table = hostProcessTable();
  return table === undefined || handle.identity === undefined ? undefined : createProcessTree({ root: handle.identity, marker, table });
}

function limitsOf(
  { limits }: ResolvedTransportOptions,
  usage: (watch: WatchOptions) => Observable<TreeUsage>,
  ended$: Observable<unknown>,
): Observable<LimitEvent> {
  if (limits === undefined) return EMPTY;
  const samples$ = needsSamples(limits) ? usage({ everyMs: limits.sampleEveryMs, withFiles: false }) : EMPTY;
  return watchLimits(samples$, limits).pipe(takeUntil(ended$));
}

/**
 * Checks everything that can be checked beforehand, then starts the process. A spawner of the caller's may start it elsewhere, so its files and
 * directories are not looked for on this machine, and nothing is put around it.
 * @throws ConfigError, LaunchError
 */
export async function launch(options: ResolvedTransportOptions, hooks: LaunchHooks): Promise<Launched> {
  const isLocal = options.spawner === undefined;
  const marker = createMarker();
  const undo: (() => unknown)[] = [];
  const cleanUp = async (): Promise<void> => {
    for (const act of undo.splice(0).reverse()) await act();
  };
  const shield = (): Protection => {
    const protection = protect({ marker, guarded: options.orphanGuard, drain: hooks.drain });
    undo.push(() => protection.release());
    return protection;
  };

  // Once the process runs, the file belongs to its handle.
  let stderrFile: StderrFile | undefined;

  try {
    const { command, env, notices, home } = await prepare(options, marker);
    if (home !== undefined) undo.push(() => home.remove());
    const containing = isLocal ? await contain(command, options, marker) : undefined;
    undo.push(() => containing?.dispose());
    stderrFile = options.stderrFile ? await openStderrFile() : undefined;
    // Before the start: between a start and a note of it, a host can die.
    let protection = isLocal ? shield() : undefined;
    const [file, ...prefix] = containing?.command ?? command;
    const spec = { file, args: [...prefix, ...options.args], cwd: options.cwd, env, detached: process.platform !== 'win32' };
    const withFile = stderrFile === undefined ? spec : { ...spec, stderrFd: stderrFile.fd };
    const handle = await startProcess(options.spawner ?? nodeSpawner, withFile, {
      stderrFile,
      // At once: whatever it starts before it is in the group stays outside.
      onIdentity: ({ pid }) => void containing?.group?.join(pid),
    });
    if (handle.identity !== undefined) {
      protection ??= shield();
      protection.started(handle.identity, containing?.group?.path);
      if (home !== undefined) protection.holdFolder(home.folder);
    }
    const tree = treeOf(handle, marker);
    const signals = signalsTo(handle, tree, isLocal, containing);

    async function end(request: EndRequest): Promise<CloseReceipt> {
      const receipt = await terminate({
        ...request,
        handle,
        isOurs: signals !== undefined,
        tree: request.policy.tree ? signals : undefined,
      });
      // Who could not be ended stays with the guard and in the registry.
      if (receipt.survivors.length === 0) await cleanUp();
      return receipt;
    }
    const ended$ = handle.exit$;
    const usage = (watch: WatchOptions): Observable<TreeUsage> =>
      ((tree && hostSampler()?.watch(tree, watch)) ?? EMPTY).pipe(takeUntil(ended$));
    return { handle, containment: containing?.tier ?? 'plain', notices, usage, limits$: limitsOf(options, usage, ended$), end };
  } catch (cause) {
    await stderrFile?.close();
    await cleanUp();
    throw cause;
  }
}
