import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt, succeeds } from './attempt.ts';

/** A control group of version 2 that holds one tree. */
export interface ControlGroup {
  readonly path: string;
  /**
   * Puts a process into it, and with it whatever that starts from now on. Resolves with whether that worked. The kernel takes 10 to 20 ms for it, in which
   * nobody else needs to wait.
   */
  join(pid: number): Promise<boolean>;
  /** Ends every member at once. */
  kill(): void;
  /** Removes the group. Returns false while members are left. */
  remove(): boolean;
}

/** Finds this process's own group in the text of `/proc/self/cgroup` and of `/proc/self/mountinfo`. Undefined without version 2 of control groups. */
export function findOwnGroup(cgroups: string, mounts: string): string | undefined {
  const own = /^0::(\/.*)$/m.exec(cgroups)?.[1];
  const mount = mounts.split('\n').find((line) => line.includes(' - cgroup2 '));
  const [, , , root = '/', point] = mount?.split(' ') ?? [];
  if (own === undefined || point === undefined || own.includes('..')) return undefined;
  if (root !== '/' && own !== root && !own.startsWith(`${root}/`)) return undefined;
  return join(point, root === '/' ? own : own.slice(root.length)).replace(/(?<=.)\/$/, '');
}

/** The group of this process, in which it may make others. */
export function readOwnGroup(): string | undefined {
  return attempt(() => findOwnGroup(readFileSync('/proc/self/cgroup', 'utf8'), readFileSync('/proc/self/mountinfo', 'utf8')));
}

/** Makes a group below another one. Undefined where that is not allowed, or where the kernel is older than `cgroup.kill` (5.14). */
export function createControlGroup(parent: string, name: string): ControlGroup | undefined {
  const path = join(parent, name);
  if (!succeeds(() => mkdirSync(path))) return undefined;
  const remove = (): boolean => succeeds(() => rmdirSync(path)) || !existsSync(path);
  if (!existsSync(join(path, 'cgroup.kill'))) {
    remove();
    return undefined;
  }
  return {
    path,
    remove,
    join: (pid) =>
      writeFile(join(path, 'cgroup.procs'), String(pid)).then(
        () => true,
        () => false,
      ),
    kill: () => void succeeds(() => writeFileSync(join(path, 'cgroup.kill'), '1')),
  };
}
