import type { Spawner } from '../ports/child-process.ts';
import { childProcess } from './child-process.ts';

/** Starts a real process with pipes and without a shell. The only place in the package that calls `spawn`. */
export const nodeSpawner: Spawner = (spec) =>
  childProcess().spawn(spec.file, [...spec.args], {
    cwd: spec.cwd,
    env: { ...spec.env },
    detached: spec.detached,
    stdio: ['pipe', 'pipe', spec.stderrFd ?? 'pipe'],
    shell: false,
    windowsHide: true,
  });
