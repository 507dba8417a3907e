import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { fakeCli } from '../../../src/fake-cli/fake-cli.ts';
import { isObject, type JsonObject } from '../../../src/scenario/json.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import type { Step } from '../../../src/scenario/step.ts';

export const streamArgs = ['--output-format', 'stream-json', '--verbose', '--input-format', 'stream-json'] as const;

/** A running fake, and all that came out of it. */
export interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Every byte of stdout. */
  readonly stdout: () => Buffer;
  readonly stderr: () => string;
  /** Complete lines that are JSON objects. */
  readonly frames: () => readonly JsonObject[];
  readonly exit: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  send(frame: object | string): void;
  /** Waits for a frame, among those that came already too. */
  frame(matches: (frame: JsonObject) => boolean, what?: string): Promise<JsonObject>;
  end(): void;
}

export interface StartOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly spawn?: SpawnOptions;
  /** Nothing is read from its stdout and stderr. */
  readonly deaf?: boolean;
}

/** Starts the fake with nothing but an allow-list in its environment, as our own transport does. */
export function startFake(scenario?: Scenario | readonly Step[], options: StartOptions = {}): Running {
  const fake = fakeCli(scenario);
  const [file, ...prefix] = fake.command;
  const child = spawn(file, [...prefix, ...(options.args ?? streamArgs)], {
    env: { PATH: process.env['PATH'], ...fake.env, ...options.env },
    ...options.spawn,
  });
  const chunks: Buffer[] = [];
  let stderr = '';
  if (options.deaf !== true) {
    child.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  }
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream!.on('error', () => {});
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  const stdout = (): Buffer => Buffer.concat(chunks);
  const frames = (): readonly JsonObject[] =>
    stdout()
      .toString('utf8')
      .split('\n')
      .slice(0, -1)
      .flatMap((line) => {
        try {
          const value: unknown = JSON.parse(line);
          return isObject(value) ? [value] : [];
        } catch {
          return [];
        }
      });
  return {
    child,
    stdout,
    stderr: () => stderr,
    frames,
    exit,
    send: (frame) => void child.stdin!.write(typeof frame === 'string' ? frame : `${JSON.stringify(frame)}\n`),
    async frame(matches, what = 'a frame') {
      const deadline = Date.now() + 15_000;
      for (;;) {
        const found = frames().find(matches);
        if (found !== undefined) return found;
        if (Date.now() > deadline || child.exitCode !== null || child.signalCode !== null) {
          await pause(20);
          const last = frames().find(matches);
          if (last !== undefined) return last;
          throw new Error(`${what} did not come; stdout: ${stdout().toString().slice(-2000)}; stderr: ${stderr.slice(-1000)}`);
        }
        await pause(5);
      }
    },
    end: () => void child.stdin!.end(),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exit;
    },
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export const user = (content: unknown, uuid?: string): object => ({
  type: 'user',
  message: { role: 'user', content },
  parent_tool_use_id: null,
  ...(uuid === undefined ? {} : { uuid }),
});
export const control = (subtype: string, fields: object = {}, id = subtype): object => ({
  type: 'control_request',
  request_id: id,
  request: { subtype, ...fields },
});
export const isResult = (frame: JsonObject): boolean => frame['type'] === 'result';
export const isType =
  (type: string) =>
  (frame: JsonObject): boolean =>
    frame['type'] === type;
export const answerTo =
  (id: string) =>
  (frame: JsonObject): boolean =>
    frame['type'] === 'control_response' && isObject(frame['response']) && frame['response']['request_id'] === id;
