import { constants } from 'node:os';

/** Why an executable could not be started. Node reports ENOENT, EACCES, EAGAIN, EMFILE and ENFILE through `error`; the rest `spawn` throws. */
export type SpawnFailure = 'ENOENT' | 'EACCES' | 'EINVAL' | 'EAGAIN' | 'EMFILE' | 'ENFILE' | 'ENOTDIR' | 'ENOMEM' | 'E2BIG';

const reportedLater: ReadonlySet<string> = new Set(['ENOENT', 'EACCES', 'EAGAIN', 'EMFILE', 'ENFILE']);

/** Whether `spawn` itself throws this failure instead of returning a child that emits it. */
export function isThrownBySpawn(code: string | undefined): boolean {
  return code !== undefined && !reportedLater.has(code);
}

/** The error that Node makes of a failed spawn. `path` always names the executable, also where the directory was at fault. */
export function spawnError(code: SpawnFailure, file = 'mock-process', args: readonly string[] = []): NodeJS.ErrnoException {
  const thrown = isThrownBySpawn(code);
  const syscall = thrown ? 'spawn' : `spawn ${file}`;
  const fields = { errno: -constants.errno[code], code, syscall };
  return Object.assign(new Error(`${syscall} ${code}`), thrown ? fields : { ...fields, path: file, spawnargs: [...args] });
}
