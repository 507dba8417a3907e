import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));

/** The bundled command, made by the global set-up of the tests. */
export const bin = path.join(cache, 'bin.js');

/**
 * Bundled into one file, the command looks for the fake CLI beside itself, as the published `@subwire/testing` has it; and a shell looks for the command on
 * its PATH. Several test files do this at once.
 */
export async function placeFakeCli(): Promise<void> {
  await mkdir(path.join(cache, 'bin'), { recursive: true });
  const target = fileURLToPath(new URL('../../../testing/.cache/subwire-fake-cli.js', import.meta.url));
  await symlink(target, path.join(cache, 'bin', 'subwire-fake-cli.js')).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  });
  await mkdir(commands, { recursive: true });
  const temporary = path.join(cache, `subwire-${process.pid}`);
  await writeFile(temporary, `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`, { mode: 0o755 });
  await rename(temporary, path.join(commands, 'subwire'));
}

// A folder for PATH with the command in it.
const commands = path.join(cache, 'commands');

/** How a run of the command went. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from the start to the exit. */
  readonly ms: number;
}

/** Options of {@link startSubwire}. */
export interface StartOptions {
  /** What stdin holds; undefined leaves it open without a byte. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** A command that runs. */
export interface Started {
  readonly child: ChildProcess;
  readonly stdout: string;
  readonly stderr: string;
  readonly outcome: Promise<Outcome>;
  /** Resolves when stdout or stderr holds this. */
  until(text: string): Promise<void>;
}

/** Variables that change how output looks are taken out, so that a test does not depend on who runs it. */
function cleanEnv(env: StartOptions['env'] = {}): NodeJS.ProcessEnv {
  const { NO_COLOR: _1, FORCE_COLOR: _2, SUBWIRE_DEBUG: _3, ...rest } = process.env;
  return { ...rest, ...env };
}

const running = new Set<ChildProcess>();

/** Ends what a failed test has left running; the agents end with it, because their input does. */
export function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Starts the command as a process of its own, stdout and stderr being pipes. */
export function startSubwire(args: readonly string[], options: StartOptions = {}): Started {
  return start(process.execPath, [bin, ...args], options);
}

/** Starts a line for bash in which `subwire` is the command; `placeFakeCli` comes first. */
function startShell(line: string, options: StartOptions = {}): Started {
  const env = { PATH: `${commands}:${process.env['PATH'] ?? ''}`, ...options.env };
  return start('bash', ['-c', line], { ...options, env });
}

function start(file: string, args: readonly string[], options: StartOptions): Started {
  const startedAt = performance.now();
  const child = spawn(file, args, { env: cleanEnv(options.env), cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const texts = { stdout: '', stderr: '' };
  const wanted: { readonly text: string; readonly resolve: () => void }[] = [];
  const look = (): void => {
    for (const { text, resolve } of wanted) if (texts.stdout.includes(text) || texts.stderr.includes(text)) resolve();
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk;
      look();
    });
  }
  child.stdin.on('error', () => undefined);
  if (options.input !== undefined) child.stdin.end(options.input);
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      child.stdin.destroy();
      resolve({ code, signal, ...texts, ms: performance.now() - startedAt });
    });
  });
  return {
    child,
    get stdout() {
      return texts.stdout;
    },
    get stderr() {
      return texts.stderr;
    },
    outcome,
    until: (text) =>
      new Promise((resolve, reject) => {
        wanted.push({ text, resolve });
        look();
        void outcome.then((end) => reject(new Error(`The command ended without saying ${text}: ${JSON.stringify(end)}`)));
      }),
  };
}

/** Runs a line for bash to its end. */
export function shell(line: string, options: StartOptions = { input: '' }): Promise<Outcome> {
  return startShell(line, options).outcome;
}

/** Runs the command to its end. */
export function subwire(args: readonly string[], options: StartOptions = { input: '' }): Promise<Outcome> {
  return startSubwire(args, options).outcome;
}
