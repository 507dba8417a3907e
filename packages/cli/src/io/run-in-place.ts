import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Program } from './io.ts';

const passedOn = ['SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a program on our own stdio, so that not a byte is touched on the way. It stays in our process group: Ctrl-C reaches it from the terminal, and
 * other signals are passed on, because they reach only us.
 */
export function runInPlace({ command: [file, ...args], env = {} }: Program): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...env }, windowsHide: true });
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    const ignore = (): void => undefined;
    for (const signal of passedOn) process.on(signal, forward);
    process.on('SIGINT', ignore);
    const settle = (): void => {
      for (const signal of passedOn) process.off(signal, forward);
      process.off('SIGINT', ignore);
    };
    child.once('error', (cause) => {
      settle();
      reject(cause);
    });
    child.once('exit', (code, signal) => {
      settle();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
