import type { ChildProcess } from 'node:child_process';
import { childProcess } from './child-process.ts';
import { guardScript } from './guard-script.ts';

/** A helper process that ends what it was given when this host dies, even by SIGKILL. */
export interface OrphanGuard {
  /** Whether the helper runs. */
  readonly isRunning: boolean;
  /** Pid of the helper, while it runs. */
  readonly pid: number | undefined;
  /** Says one thing to the helper, starting it if need be. */
  hold(key: string, line: string): void;
  /** Takes back what was held under the key. The helper ends soon after the last one. */
  release(key: string, line: string): void;
}

/** Options of {@link createOrphanGuard}. */
export interface OrphanGuardOptions {
  /** The registry's file of this host, removed by the helper when it has done its work. */
  readonly registryFile: string;
  /** How long the helper stays after the last tree, in milliseconds: the next one often comes at once. */
  readonly lingerMs: number;
  /** How long the trees may take to end after TERM, in milliseconds. */
  readonly graceMs: number;
  /** The shell. @defaultValue '/bin/sh' */
  readonly shell?: string;
}

const restartAfterMs = 1000;

/** A guard that starts its helper with the first thing that it is to hold. */
export function createOrphanGuard(options: OrphanGuardOptions): OrphanGuard {
  const { registryFile, lingerMs, graceMs, shell = '/bin/sh' } = options;
  const held = new Map<string, string>();
  let helper: ChildProcess | undefined;
  let startedAt = -Infinity;
  let lingering: NodeJS.Timeout | undefined;

  function start(): void {
    if (performance.now() - startedAt < restartAfterMs && helper === undefined && startedAt !== -Infinity) return;
    startedAt = performance.now();
    const args = ['-c', guardScript, 'subwire-guard', String(Math.ceil(graceMs / 200)), registryFile];
    // A session of its own: what ends the host by its group or terminal must not end the guard.
    const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...outerTree() };
    const child = childProcess().spawn(shell, args, { cwd: '/', env, detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    helper = child;
    child.on('error', () => lost(child));
    child.once('exit', () => lost(child));
    child.stdin.on('error', () => undefined);
    // Neither the helper nor its pipe may keep the host alive.
    child.unref();
    (child.stdin as unknown as { unref?: () => void }).unref?.();
    for (const line of held.values()) child.stdin.write(line);
  }

  /** Somebody has ended the helper while it holds trees: another one takes over. */
  function lost(child: ChildProcess): void {
    if (helper !== child) return;
    helper = undefined;
    if (held.size > 0) start();
  }

  function stop(): void {
    lingering = undefined;
    const child = helper;
    helper = undefined;
    startedAt = -Infinity;
    child?.stdin?.end();
  }

  return {
    get isRunning() {
      return helper?.pid !== undefined;
    },
    get pid() {
      return helper?.pid;
    },
    hold(key, line) {
      clearTimeout(lingering);
      lingering = undefined;
      held.set(key, `${held.get(key) ?? ''}${line}\n`);
      if (helper === undefined) start();
      else helper.stdin?.write(`${line}\n`);
    },
    release(key, line) {
      if (!held.delete(key)) return;
      helper?.stdin?.write(`${line}\n`);
      if (held.size === 0) lingering ??= setTimeout(stop, lingerMs).unref();
    },
  };
}

/** Whoever ends the tree that this host is part of ends the guard with it. */
function outerTree(): Readonly<Record<string, string>> {
  const { SUBWIRE_TREE: outer } = process.env;
  return outer === undefined ? {} : { SUBWIRE_TREE: outer };
}
