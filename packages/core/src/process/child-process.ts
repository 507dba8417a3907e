import type * as ChildProcesses from 'node:child_process';

/**
 * Node's own module, loaded with the first process and not with this package: that takes half as long as all of the package, and a program that imports it may
 * start a process later or never.
 */
export function childProcess(): typeof ChildProcesses {
  return process.getBuiltinModule('node:child_process');
}
