import type { ChildProcess, SpawnOptions } from 'node:child_process';

/** How a child of the fake hides from whoever ends its parent. */
export type ChildKind = 'plain' | 'setsid' | 'double-fork' | 'ignore-term' | 'hold-stdout';

/**
 * Starts a process that sleeps for `ms` milliseconds and returns its pid (of the first fork for `double-fork`, whose own child is re-parented).
 * `plain`: in the group of the fake. `setsid`: in a session of its own, as the tool shells of the real CLI. `ignore-term`: a signal that is ignored
 * stays ignored by the program that the shell becomes. `hold-stdout`: has the fake's stdout and stderr open.
 */
export function startChild(kind: ChildKind, ms: number): number {
  const sleep = `sleep ${ms / 1000}`;
  const own: SpawnOptions = { stdio: 'ignore', detached: false };
  const started = {
    plain: () => shell(`exec ${sleep}`, own),
    setsid: () => shell(`exec ${sleep}`, { ...own, detached: true }),
    'double-fork': () => shell(`${sleep} & exit 0`, { ...own, detached: true }),
    'ignore-term': () => shell(`trap '' TERM INT HUP; exec ${sleep}`, own),
    'hold-stdout': () => shell(`exec ${sleep}`, { ...own, stdio: ['ignore', 'inherit', 'inherit'] }),
  }[kind]();
  started.on('error', () => {});
  return started.pid ?? 0;
}

function shell(command: string, options: SpawnOptions): ChildProcess {
  return process.getBuiltinModule('node:child_process').spawn('/bin/sh', ['-c', command], options);
}
