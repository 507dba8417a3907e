import { EMPTY, type Observable, takeUntil, tap } from 'rxjs';
import { holdSecrets } from '../errors/known-secrets.ts';
import type { ResolvedTransportOptions } from '../policy/options.ts';
import { checkCommandLine } from '../policy/command-line.ts';
import { secretsOfFlags, secretsOfProcess } from '../policy/secrets.ts';
import type { CloseReceipt } from '../ports/child-process.ts';
import { inlineArguments, writeArgumentFiles } from './argument-files.ts';
import { contain, type Containing } from './contain.ts';
import type { ContainmentTier } from './containment.ts';
import { type ProcessHandle, startProcess } from './handle.ts';
import { protect, type Protection } from './host-death.ts';
import { inheritedStack } from './inherited-limits.ts';
import { type LimitEvent, needsSamples, watchLimits } from './limits.ts';
import { createMarker } from './marker.ts';
import { nodeSpawner } from './node-spawner.ts';
import { type LaunchNotice, prepare } from './prepare.ts';
import { planPrivateFolder, type PrivateFolder } from './private-folder.ts';
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

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
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
  const forget = holdSecrets([
    ...secretsOfProcess({ ...process.env, ...options.env }, options.args, options.credential),
    ...secretsOfFlags(options.fileArgs),
  ]);
  const undo: (() => unknown)[] = [];
  const cleanUp = async (): Promise<void> => {
    for (const act of undo.splice(0).reverse()) await act();
  };
  let shielded: Protection | undefined;
  const shield = (): Protection => {
    if (shielded !== undefined) return shielded;
    const protection = protect({ marker, guarded: options.orphanGuard, drain: hooks.drain });
    undo.push(() => protection.release());
    return (shielded = protection);
  };
  /** Known to whoever survives this host before it is there. */
  const makeFolder = async (purpose: 'home' | 'args'): Promise<PrivateFolder> => {
    const folder = planPrivateFolder(purpose, marker);
    shield().holdFolder(folder.path);
    undo.push(() => folder.remove());
    await folder.create();
    return folder;
  };
  /** The flags whose values are in files, and what removes these once they have been read. */
  const fileArgs = async (): Promise<{ readonly args: readonly string[]; readonly drop?: () => void }> => {
    if (Object.keys(options.fileArgs).length === 0) return { args: [] };
    if (!isLocal) return { args: inlineArguments(options.fileArgs) };
    const folder = await makeFolder('args');
    // What cannot be removed now is tried again at the end.
    const drop = (): void =>
      void folder.remove().then(
        () => shielded?.dropFolder(folder.path),
        () => undefined,
      );
    return { args: await writeArgumentFiles(folder.path, options.fileArgs), drop };
  };

  // Once the process runs, the file belongs to its handle.
  let stderrFile: StderrFile | undefined;

  try {
    const { command, env, notices } = await prepare(options, marker, async () => (await makeFolder('home')).path);
    const inFiles = await fileArgs();
    const containing = isLocal ? await contain(command, options, marker) : undefined;
    undo.push(() => containing?.dispose());
    stderrFile = options.stderrFile ? await openStderrFile() : undefined;
    // Before the start: between a start and a note of it, a host can die.
    if (isLocal) shield();
    const [file, ...prefix] = containing?.command ?? command;
    const args = [...prefix, ...inFiles.args, ...options.args];
    const spec = { file, args, cwd: options.cwd, env, detached: process.platform !== 'win32' };
    if (isLocal) checkCommandLine(spec, { platform: process.platform, stackBytes: inheritedStack() });
    const withFile = stderrFile === undefined ? spec : { ...spec, stderrFd: stderrFile.fd };
    let joining: Promise<boolean> | undefined;
    const handle = await startProcess(options.wrapSpawner(options.spawner ?? nodeSpawner), withFile, {
      stderrFile,
      // At once: whatever it starts before it is in the group stays outside, and is found by its marker alone.
      onIdentity: ({ pid }) => (joining = containing?.group?.join(pid)),
    });
    await joining;
    if (handle.identity !== undefined) shield().started(handle.identity, containing?.group?.path);
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
    // What the pipes still hold is delivered before the handle is let go.
    const { drop } = inFiles;
    const releasing = {
      ...handle,
      // Whoever speaks has read its settings.
      stdout$: drop === undefined ? handle.stdout$ : handle.stdout$.pipe(tap(once(drop))),
      release: () => handle.release().finally(forget),
    };
    const usage = (watch: WatchOptions): Observable<TreeUsage> =>
      ((tree && hostSampler()?.watch(tree, watch)) ?? EMPTY).pipe(takeUntil(ended$));
    return { handle: releasing, containment: containing?.tier ?? 'plain', notices, usage, limits$: limitsOf(options, usage, ended$), end };
  } catch (cause) {
    await stderrFile?.close();
    await cleanUp();
    forget();
    throw cause;
  }
}
