import { win32 } from 'node:path';
import { runHelper } from './helper-process.ts';
import type { TreeSignals } from './tree-signals.ts';

/** What {@link createWindowsTree} needs; a test brings its own. */
export interface WindowsTreeOptions {
  /** The process that we started; its number stays taken for as long as we hold its handle. */
  readonly pid: number;
  /** Whether it still runs. */
  readonly isAlive: () => boolean;
  /** Ends the process alone, when the tree cannot be ended. */
  readonly killRoot: () => void;
  /** Where Windows lies. @defaultValue the variable `SystemRoot` */
  readonly systemRoot?: string | undefined;
  readonly run?: (file: string, args: readonly string[], timeoutMs: number) => Promise<{ readonly code: number | null }>;
}

/** How long `taskkill` may take, in milliseconds. */
const taskkillMs = 3000;

const runTaskkill = (file: string, args: readonly string[], timeoutMs: number): Promise<{ readonly code: number | null }> =>
  runHelper(file, args, { timeoutMs });

/**
 * The tree of a process on Windows, which `taskkill /T` walks by parent numbers: it must run while the root lives, because afterwards nothing leads to the
 * children. It is called by its absolute path, so that no other program of that name is run, and hidden, so that no window flashes.
 */
export function createWindowsTree(options: WindowsTreeOptions): TreeSignals {
  const { pid, isAlive, killRoot, systemRoot = process.env['SystemRoot'] ?? 'C:\\Windows', run = runTaskkill } = options;
  const taskkill = win32.join(systemRoot, 'System32', 'taskkill.exe');
  let killing: Promise<void> | undefined;

  async function kill(withinMs: number): Promise<void> {
    if (!isAlive()) return;
    const { code } = await run(taskkill, ['/PID', String(pid), '/T', '/F'], Math.min(taskkillMs, withinMs));
    // 128 means that there is no such process any more. Whatever else went wrong, the process itself can still be ended.
    if (code !== 0 && isAlive()) killRoot();
  }

  const nothing = (): Promise<void> => Promise.resolve();
  return {
    hasTerm: false,
    termAt: undefined,
    get wasKilled() {
      return killing !== undefined;
    },
    killedDescendants: false,
    look: nothing,
    termGroup: nothing,
    termRest: nothing,
    killAll(withinMs) {
      killing = (killing ?? nothing()).then(() => kill(withinMs));
      return killing;
    },
    idle: async () => killing,
    hasDescendants: () => Promise.resolve(false),
    survivors: () => Promise.resolve(isAlive() ? [pid] : []),
    ended: () => [],
  };
}
