import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ProcessGuardError } from './guard-error.ts';
import { guardSupport, requireGuardSupport, type GuardSupport } from './guard-support.ts';
import { describeProcess, identityOf, isAlive, type ProcessIdentity, type ProcessState } from './process-state.ts';
import { descendantsOf, identitiesOfAll, keyOf, searchTable } from './process-tree.ts';
import { nowMs, repeat, sleep } from './real-time.ts';

/** How a tracker looks, and how patient it is. */
export interface TrackProcessesOptions {
  /**
   * How long, in milliseconds, a process that is on its way out may take before it counts as leaked.
   * @defaultValue 2000
   */
  readonly graceMs?: number;
  /**
   * How often, in milliseconds, the processes below this one are looked at while the tracker lives. Children of this process are noticed at once, whatever
   * this says; the polling is for what they start in turn.
   * @defaultValue 25
   */
  readonly pollMs?: number;
  /**
   * Processes that belong to the test runner and not to the test, for instance a bundler's service.
   * @defaultValue none is ignored
   */
  readonly ignore?: (process: ProcessState) => boolean;
  /**
   * Whether disposing the tracker ends what survived with SIGKILL, so that one failing test does not spoil the next.
   * @defaultValue true
   */
  readonly killOnDispose?: boolean;
  /**
   * What disposing does on a host where nothing can be watched: reject with `GUARD_UNSUPPORTED`, or pass because the caller knows.
   * @defaultValue 'fail'
   */
  readonly whenUnsupported?: 'fail' | 'pass';
}

/** Watches every process that is started, directly or by descendants, from the moment it was made. */
export interface ProcessTracker extends AsyncDisposable {
  /** `NAME=value`: whatever was started with this in its environment counts as started by the test. */
  readonly marker: string;
  /** The marker as an environment. `process.env` has it while the tracker lives; pass it on to code that gives its children an environment of their own. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether this host lets the tracker see anything. Where it does not, every method below rejects with `GUARD_UNSUPPORTED`. */
  readonly support: GuardSupport;
  /** Every process seen so far, the dead included: a test can make sure that something was started at all. */
  readonly seen: readonly ProcessIdentity[];
  /** The pids that are alive after the grace. Resolves as soon as there is none. */
  leaked(): Promise<readonly number[]>;
  /** The same as {@link leaked} with everything known about each: pid, state, command line. */
  survivors(): Promise<readonly ProcessState[]>;
  /** Rejects with `PROCESSES_LEAKED`, naming each survivor, unless there is none. */
  assertNoneLeaked(): Promise<void>;
}

const defaults = Object.freeze({ graceMs: 2000, pollMs: 25, ignore: () => false, killOnDispose: true, whenUnsupported: 'fail' as const });

/**
 * The process table is read entry by entry, so a parent may be listed, start a child that is not, and be gone when its turn comes: one look sees neither.
 * The child is there in the next look; only a chain of them, each in step with the looks, could slip through several.
 */
const looksToBeSure = 3;

function nameAll(survivors: readonly ProcessState[]): string {
  const count = survivors.length === 1 ? '1 process has' : `${survivors.length} processes have`;
  return `${count} outlived the test; end each, and wait for its end, before the test does:\n${survivors.map((one) => `  ${describeProcess(one)}`).join('\n')}`;
}

function end(one: ProcessIdentity): void {
  if (!isAlive(one)) return;
  try {
    process.kill(one.pid, 'SIGKILL');
  } catch {
    // It died between the look and the signal, or belongs to another user: the error that names it is the report.
  }
}

interface SpawnEvent {
  readonly process?: { readonly pid?: number | undefined };
}

/**
 * Begins to watch. The tracker finds a process by parentage (polled, and at once for children of this process), by the session or group of one that it
 * knows, and by a marker in its environment, which finds double-forked ones too. What runs already is left out; a zombie counts as dead.
 *
 * Disposing ends the watch: it kills what survived, and rejects with `PROCESSES_LEAKED` unless {@link ProcessTracker.leaked} has told the caller already.
 */
export function trackProcesses(options: TrackProcessesOptions = {}): ProcessTracker {
  const { graceMs, pollMs, ignore, killOnDispose, whenUnsupported } = { ...defaults, ...options };
  const support = guardSupport();
  const name = `SUBWIRE_TEST_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  const marker = `${name}=1`;
  const older = new Set(support.supported ? identitiesOfAll().map(keyOf) : []);
  const known = new Map<string, ProcessIdentity>();
  const told = new Set<string>();
  let ended = false;

  const note = (pid: number): void => {
    const identity = identityOf(pid);
    if (identity !== undefined && !older.has(keyOf(identity))) known.set(keyOf(identity), identity);
  };
  const poll = (): void => {
    for (const root of [process.pid, ...[...known.values()].filter(isAlive).map(({ pid }) => pid)]) descendantsOf(root).forEach(note);
  };
  const onSpawn = (event: unknown): void => {
    const child = (event as SpawnEvent).process;
    // The event comes before the pid is known; the spawn itself is synchronous, so a microtask later it is.
    queueMicrotask(() => {
      if (child?.pid !== undefined) note(child.pid);
    });
  };
  const look = (): readonly ProcessState[] => {
    poll();
    const found = searchTable({ root: process.pid, marker, known: [...known.values()], isOlder: (one) => older.has(keyOf(one)) });
    for (const { pid, startTime } of found) known.set(keyOf({ pid, startTime }), { pid, startTime });
    return found.filter((one) => isAlive(one) && !ignore(one));
  };

  const spawns = 'child_process';
  let stopPolling = (): void => {};
  if (support.supported) {
    process.env[name] = '1';
    subscribe(spawns, onSpawn);
    stopPolling = repeat(pollMs, poll);
  }

  const survivors = async (): Promise<readonly ProcessState[]> => {
    requireGuardSupport(support);
    if (ended) throw new ProcessGuardError('GUARD_ENDED', 'This tracker has been disposed: ask what leaked before its scope ends.');
    const deadline = nowMs() + graceMs;
    let alive = look();
    let empty = alive.length === 0 ? 1 : 0;
    for (let pauseMs = 5; empty < looksToBeSure && (empty > 0 || nowMs() < deadline); pauseMs = Math.min(pauseMs * 2, 50)) {
      await sleep(empty > 0 ? 5 : Math.min(pauseMs, Math.max(1, deadline - nowMs())));
      alive = look();
      empty = alive.length === 0 ? empty + 1 : 0;
    }
    alive.forEach((one) => told.add(keyOf(one)));
    return alive;
  };
  const assertNoneLeaked = async (): Promise<void> => {
    const alive = await survivors();
    if (alive.length > 0) throw new ProcessGuardError('PROCESSES_LEAKED', nameAll(alive), alive);
  };

  return {
    marker,
    env: Object.freeze({ [name]: '1' }),
    support,
    get seen() {
      return [...known.values()];
    },
    survivors,
    leaked: async () => (await survivors()).map(({ pid }) => pid),
    assertNoneLeaked,
    async [Symbol.asyncDispose]() {
      if (ended) return;
      if (!support.supported && whenUnsupported === 'pass') return;
      const toldBefore = new Set(told);
      const now = support.supported ? look() : [];
      // Those that the caller knows of have had their grace.
      const alive = support.supported && now.every((one) => toldBefore.has(keyOf(one))) ? now : await survivors();
      ended = true;
      stopPolling();
      unsubscribe(spawns, onSpawn);
      Reflect.deleteProperty(process.env, name);
      if (killOnDispose) alive.forEach(end);
      const untold = alive.filter((one) => !toldBefore.has(keyOf(one)));
      if (untold.length > 0) throw new ProcessGuardError('PROCESSES_LEAKED', nameAll(untold), untold);
    },
  };
}
