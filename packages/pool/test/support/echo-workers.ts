import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fromEvent } from 'rxjs';
import type { WorkerFactory } from '../../src/index.ts';

/** The quickest workers that are processes: they echo, and end with their input. */
export const echoWorkers: WorkerFactory<ChildProcess> = {
  async create() {
    const child = spawn('cat', { stdio: ['pipe', 'pipe', 'ignore'] });
    // A write to one that has just been killed fails later than it is made.
    child.stdin.on('error', () => {});
    await once(child, 'spawn');
    return child;
  },
  lost$: (child) => fromEvent(child, 'exit'),
  pidOf: ({ pid }) => pid,
  async destroy(child) {
    if (child.exitCode === null && child.signalCode === null) {
      const closed = once(child, 'close');
      child.stdin!.end();
      await closed;
    }
    child.removeAllListeners();
  },
};
