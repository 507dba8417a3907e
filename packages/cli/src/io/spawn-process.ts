import { spawn } from 'node:child_process';
import type { ChildProcessLike, SpawnSpec } from '@subwire/core';

/** Starts an agent with three pipes and without a shell, for commands that listen to what passes between us and it. */
export function spawnProcess(spec: SpawnSpec): ChildProcessLike {
  return spawn(spec.file, [...spec.args], {
    cwd: spec.cwd,
    env: { ...spec.env },
    detached: spec.detached,
    stdio: ['pipe', 'pipe', 'pipe'],
    shell: false,
    windowsHide: true,
  });
}
