import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { pipeline } from 'node:stream/promises';
import type { Spawner, SpawnSpec } from '@subwire/core';
import type { Program } from './io.ts';

const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function inherited(env: Readonly<Record<string, string>>): Record<string, string> {
  const all = { ...process.env, ...env };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** In our process group, so that Ctrl-C reaches it from the terminal. */
const spawnProcess: Spawner = ({ file, args, cwd, env }) => spawn(file, [...args], { cwd, env: { ...env }, windowsHide: true });

/** A pipe whose other end may go at any time: what is then in it has no reader any more. */
async function pump(from: NodeJS.ReadableStream, to: NodeJS.WritableStream, end: boolean): Promise<void> {
  await pipeline(from, to, { end }).catch(() => undefined);
}

/**
 * Runs a program between our stdin and our stdout: every byte goes through us, so that somebody can listen. Resolves with its exit code once all that it
 * said has been handed on; 128 + n for a signal.
 */
export async function runThrough({ command: [file, ...args], env = {} }: Program, wrap: (spawner: Spawner) => Spawner): Promise<number> {
  const spec: SpawnSpec = { file, args, cwd: process.cwd(), env: inherited(env), detached: false };
  const child = wrap(spawnProcess)(spec);
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of passedOn) process.on(signal, forward);
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('The program was started without pipes.');
  try {
    const output = Promise.all([pump(stdout, process.stdout, false), pump(stderr, process.stderr, false)]);
    const input = pump(process.stdin, stdin, true);
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (exit: number | null, signal: NodeJS.Signals | null) =>
        resolve(exit ?? 128 + (signal === null ? 0 : constants.signals[signal])),
      );
    });
    await output;
    // Our own input may stay open for ever; nobody reads it any more.
    process.stdin.destroy();
    await input;
    return code;
  } finally {
    for (const signal of passedOn) process.off(signal, forward);
  }
}
