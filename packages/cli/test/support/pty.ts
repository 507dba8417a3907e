import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import xterm from '@xterm/headless';
import { bin } from './subwire.ts';

const size = { columns: 100, rows: 30 } as const;
const patienceMs = 30_000;

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command line of the system's `script` that runs a command on a pseudo-terminal; undefined where there is none. */
function scriptCommand(command: readonly string[], sized: boolean): readonly [string, ...string[]] | undefined {
  if (spawnSync('script', ['--version']).error !== undefined) return undefined;
  const line = `${sized ? `stty cols ${size.columns} rows ${size.rows}; ` : ''}exec ${command.map(quoted).join(' ')}`;
  if (process.platform === 'darwin') return ['script', '-q', '/dev/null', '/bin/sh', '-c', line];
  return ['script', '-qec', line, '/dev/null'];
}

/** Whether commands can be run on a pseudo-terminal here. Where they cannot, the tests that need one say so instead of passing. */
export const hasPty = scriptCommand(['true'], true) !== undefined;

/** A command on a terminal. */
export interface OnTerminal {
  /** Types. */
  type(text: string): void;
  /** Resolves when the screen has shown this since the last call. */
  until(text: string): Promise<void>;
  /** Everything that the screen was sent. */
  readonly screen: string;
  /** What the screen shows now, without spaces at the ends of lines and empty lines at the end. */
  shown(): Promise<string>;
  /** Resolves when the screen shows this. */
  untilShown(pattern: RegExp): Promise<string>;
  readonly exit: Promise<number | null>;
  /** Ends the command itself as a power cut would, its terminal with it. */
  kill(): Promise<void>;
}

/** Options of {@link onTerminal}. */
export interface OnTerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the terminal knows its size. @defaultValue true, 100 by 30 */
  readonly sized?: boolean;
  readonly cwd?: string;
}

const running = new Set<ChildProcess>();

/** Ends what a failed test has left running, by hanging its terminal up. */
export function endTerminals(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Runs subwire on a pseudo-terminal of its own. */
export function onTerminal(args: readonly string[], options: OnTerminalOptions = {}): OnTerminal {
  const command = scriptCommand([process.execPath, bin, ...args], options.sized ?? true);
  if (command === undefined) throw new Error('No pseudo-terminal can be had here: install the command script (util-linux).');
  const { NO_COLOR: _1, FORCE_COLOR: _2, ...rest } = process.env;
  const env = { ...rest, TERM: 'xterm-256color', SUBWIRE_HISTORY: '', ...options.env };
  const child = spawn(command[0], command.slice(1), { env, cwd: options.cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const terminal = new xterm.Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true });
  async function shown(): Promise<string> {
    await new Promise<void>((resolve) => terminal.write('', resolve));
    const { active } = terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, index) => active.getLine(index)?.translateToString(true) ?? '');
    return lines.join('\n').trimEnd();
  }
  let screen = '';
  let seen = 0;
  let waiter: { readonly text: string; readonly resolve: () => void } | undefined;
  const look = (): void => {
    const at = waiter === undefined ? -1 : screen.indexOf(waiter.text, seen);
    if (waiter === undefined || at === -1) return;
    seen = at + waiter.text.length;
    const { resolve } = waiter;
    waiter = undefined;
    resolve();
  };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    screen += chunk;
    terminal.write(chunk);
    look();
  });
  child.stdin.on('error', () => undefined);
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    type: (text) => void child.stdin.write(text),
    until: (text) =>
      new Promise((resolve, reject) => {
        waiter = { text, resolve };
        look();
        void exit.then((code) => reject(new Error(`The command ended with ${code} and never showed ${JSON.stringify(text)}:\n${screen}`)));
      }),
    shown,
    async untilShown(pattern) {
      const deadline = performance.now() + patienceMs;
      for (;;) {
        const now = await shown();
        if (pattern.test(now)) return now;
        if (performance.now() > deadline) throw new Error(`The screen never showed ${String(pattern)}:\n${now}`);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    },
    get screen() {
      return screen;
    },
    exit,
    async kill() {
      const children = spawnSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' })
        .stdout.trim()
        .split('\n');
      for (const pid of children.filter((line) => line !== '')) process.kill(Number(pid), 'SIGKILL');
      await exit;
    },
  };
}
