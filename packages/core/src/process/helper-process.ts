import type { ChildProcess } from 'node:child_process';
import { childProcess } from './child-process.ts';

/** How a helper is run. */
export interface HelperOptions {
  /** When it is ended, in milliseconds. */
  readonly timeoutMs: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called with the child as soon as it runs. */
  readonly onSpawn?: (child: ChildProcess) => void;
}

/** What a helper said. */
export interface HelperResult {
  /** Null when it could not be started, was ended by a signal, or took too long. */
  readonly code: number | null;
  readonly stdout: string;
  readonly timedOut: boolean;
}

const maxOutputBytes = 16 * 1024 * 1024;
const environment = (): Record<string, string> => ({ PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' });

/**
 * Runs a small program of the system to its end: never through a shell, never with a window, never longer than it may. Settles on `exit` and what
 * has come by then, because a descendant can hold the pipe open for ever. Never rejects.
 */
export function runHelper(file: string, args: readonly string[], options: HelperOptions): Promise<HelperResult> {
  return new Promise((resolve) => {
    let stdout = '';
    let timedOut = false;
    const settle = (code: number | null): void => resolve({ code, stdout, timedOut });
    let child: ChildProcess;
    try {
      const { cwd, env = environment() } = options;
      child = childProcess().spawn(file, [...args], {
        ...(cwd !== undefined && { cwd }),
        env: { ...env },
        stdio: ['ignore', 'pipe', 'ignore'],
        windowsHide: true,
      });
    } catch {
      return settle(null);
    }
    const { stdout: output } = child;
    output?.on('error', () => undefined);
    output?.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length < maxOutputBytes) stdout += text;
    });
    let exitCode: number | null = null;
    // KILL, not TERM: a program that ignores TERM would make the bound none.
    const timer = setTimeout(() => {
      timedOut = true;
      if (!child.kill('SIGKILL')) finish();
    }, options.timeoutMs);
    const finish = (): void => {
      clearTimeout(timer);
      output?.destroy();
      settle(exitCode);
    };
    child.on('error', finish);
    child.once('close', finish);
    child.once('exit', (code) => {
      exitCode = code;
      setTimeout(finish, timedOut ? 0 : 50);
    });
    options.onSpawn?.(child);
  });
}

/** The same at once, for the moments in which nothing can be awaited. Returns what was printed, or an empty text. */
export function runHelperSync(file: string, args: readonly string[], timeoutMs: number): string {
  const result = childProcess().spawnSync(file, [...args], {
    encoding: 'utf8',
    env: environment(),
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: maxOutputBytes,
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
  });
  return result.stdout ?? '';
}
