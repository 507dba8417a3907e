import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { trackProcesses, type ProcessTracker } from '../../../src/index.ts';

export interface Spec {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export const really = (
  spec: Spec,
): ChildProcess & {
  stdin: NonNullable<ChildProcess['stdin']>;
  stdout: NonNullable<ChildProcess['stdout']>;
  stderr: NonNullable<ChildProcess['stderr']>;
} => spawn(spec.file, spec.args, { cwd: spec.cwd, env: spec.env, stdio: ['pipe', 'pipe', 'pipe'] });

export let folder: string;
let tracker: ProcessTracker;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-record-'));
  tracker = trackProcesses();
});

afterEach(async () => {
  await tracker[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

export function node(program: string): Spec {
  return { file: process.execPath, args: ['-e', program], cwd: folder, env: { PATH: process.env['PATH'] ?? '' } };
}

export const echo = `
  process.stdin.setEncoding('utf8');

  let held = '';

  process.stdin.on('data', (text) => {
    held += text;
    for (let at = held.indexOf('\\n'); at >= 0; at = held.indexOf('\\n')) {
      const line = held.slice(0, at);
      held = held.slice(at + 1);
      process.stdout.write(JSON.stringify({ type: 'echo', line }) + '\\n');
    }
  });

  process.stdin.on('end', () => {
    process.stderr.write('leaving\\n');
    process.stdout.write('rest without end');
  });

`;

export async function drained(child: ReturnType<typeof really>): Promise<string> {
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stderr.resume();
  await once(child, 'close');
  return text;
}
