import type { MockProcess } from './mock-process.ts';
import { isThrownBySpawn } from './spawn-failure.ts';

/** A spawner that hands out mock processes and remembers what it was asked for. */
export interface MockSpawner {
  (spec: object): MockProcess;
  /** The processes handed out, in order. */
  readonly spawned: readonly MockProcess[];
  /** What was asked for each time, also where the spawn then failed. */
  readonly specs: readonly object[];
}

/**
 * Makes a spawner that calls `next` with 0, 1, 2… for each process wanted. A process that failed to spawn with a code that Node's `spawn` throws
 * (EINVAL, ENOTDIR…) is thrown here too.
 *
 * @example
 * const spawner = mockSpawner(() => new MockProcess({ stdout: '{"type":"system"}\n', exitCode: 0 }));
 */
export function mockSpawner(next: (call: number) => MockProcess): MockSpawner {
  const spawned: MockProcess[] = [];
  const specs: object[] = [];
  const spawn = (spec: object): MockProcess => {
    specs.push(spec);
    const child = next(specs.length - 1);
    const failure = child.spawnFailure;
    if (failure !== undefined && isThrownBySpawn(failure.code)) throw failure;
    spawned.push(child);
    return child;
  };
  return Object.assign(spawn, { spawned, specs });
}
