import type { ProcessTable } from './process-table.ts';
import type { ProcessTree } from './process-tree.ts';

/** A tree that must not outlive this host. */
export interface LiveTree {
  /** Undefined until the process has started. */
  readonly tree: ProcessTree | undefined;
  /** Whether the guard will end it when this host is gone. */
  readonly isGuarded: boolean;
  /** Ends it in an orderly way: the running turn may finish. */
  drain(): Promise<unknown>;
}

/** The part of `process` that is listened to; a test brings its own. */
export interface HostProcess extends Pick<NodeJS.EventEmitter, 'on' | 'off' | 'listenerCount'> {
  readonly pid: number;
  kill(pid: number, signal: NodeJS.Signals): unknown;
}

/** Every tree of this host. */
export interface LiveSet {
  readonly size: number;
  /** Whether this host is going to die of a signal as soon as its trees have ended. */
  readonly isDraining: boolean;
  add(tree: LiveTree): void;
  delete(tree: LiveTree): void;
}

// Not SIGHUP: a host that dies of it leaves its trees to the guard, and one that was started with nohup must not die of it.
const endings = ['SIGINT', 'SIGTERM'] as const;
const killPasses = 5;

/** KILL to every member of these trees, at once: the host has no time left to wait for anything. */
export function killNow(trees: Iterable<LiveTree>, table: ProcessTable | undefined): void {
  if (table === undefined) return;
  const list = [...trees].flatMap(({ tree }) => tree ?? []);
  for (let pass = 0; pass < killPasses && list.length > 0; pass++) {
    const entries = table.readAllNow();
    const members = list.flatMap((tree) => tree.membersIn(entries));
    if (members.length === 0) return;
    for (const { pid } of members) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone since the look a moment ago.
      }
    }
  }
}

/**
 * The trees of a host, and the one listener per event that they share. There is none while there is no tree: a program that does nothing with us ends as it
 * would without us.
 *
 * A signal that nobody else listens to would have ended this host at once, and its agents in the middle of a turn. Instead the first one drains every
 * tree and the second one kills them; after either, the host dies of that signal as it would have. Where the program listens itself, it decides, and we do
 * nothing.
 */
export function createLiveSet(host: HostProcess, table: ProcessTable | undefined): LiveSet {
  const live = new Set<LiveTree>();
  let draining = false;

  const dieOf = (signal: NodeJS.Signals): void => {
    stopListening();
    host.kill(host.pid, signal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (host.listenerCount(signal) > 1) return;
    if (draining) {
      killNow(live, table);
      dieOf(signal);
      return;
    }
    draining = true;
    void Promise.allSettled([...live].map((tree) => tree.drain())).then(() => dieOf(signal));
  };
  // The guard sees the end of this host by its pipe and ends its trees with a grace; without it, this is the last moment.
  const onExit = (): void =>
    killNow(
      [...live].filter((tree) => !tree.isGuarded),
      table,
    );

  function stopListening(): void {
    host.off('exit', onExit);
    for (const signal of endings) host.off(signal, onSignal);
  }

  return {
    get size() {
      return live.size;
    },
    get isDraining() {
      return draining;
    },
    add(tree) {
      if (live.size === 0) {
        host.on('exit', onExit);
        for (const signal of endings) host.on(signal, onSignal);
      }
      live.add(tree);
    },
    delete(tree) {
      // While a signal is being dealt with, its second edition must still find us.
      if (live.delete(tree) && live.size === 0 && !draining) stopListening();
    },
  };
}
