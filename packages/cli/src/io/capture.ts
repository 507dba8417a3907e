import { execFile } from 'node:child_process';
import type { Captured, Program } from './io.ts';

const maxBytes = 1024 * 1024;

/** Runs a program to its end, kills it at the deadline, and never rejects: what cannot be started has no code and says why on its stderr. */
export function capture({ command: [file, ...args], env = {} }: Program, timeoutMs: number): Promise<Captured> {
  return new Promise((resolve) => {
    const options = {
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: maxBytes,
      env: { ...process.env, ...env },
      windowsHide: true,
    } as const;
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
      resolve({ code, stdout, stderr: stderr === '' && error !== null ? error.message : stderr });
    });
    child.stdin?.end();
  });
}
