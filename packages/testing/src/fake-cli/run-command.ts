import type { ToolOutcome } from './host.ts';

/** How long a tool may take to die of SIGTERM before it is killed, in milliseconds; the real CLI waits about as long. */
const toolGraceMs = 1400;

/** Shell commands that run, each in a session of its own, as the real CLI starts them. */
export interface CommandRunner {
  /** Runs a command; returns how to end it, after which `done` is not called. */
  run(command: string, done: (outcome: ToolOutcome) => void): () => void;
  /** Ends every command and calls back when they are gone, or after a last grace. */
  endAll(done: () => void): void;
}

export function createCommandRunner(): CommandRunner {
  const running = new Map<object, () => void>();
  return {
    run(command, done) {
      // Not imported at the top: it would cost every start of a fake some milliseconds.
      const { spawn } = process.getBuiltinModule('node:child_process');
      const child = spawn('/bin/sh', ['-c', command], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
      child.stdout.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
      let ended = false;
      const finish = (code: number): void => {
        if (!running.delete(child) || ended) return;
        done({ stdout: Buffer.concat(chunks.stdout).toString(), stderr: Buffer.concat(chunks.stderr).toString(), code });
      };
      child.once('error', () => finish(127));
      // What the command left in the pipe still counts; what it left running does not keep it open.
      child.once('exit', (code) => setTimeout(() => finish(code ?? 137), 5));
      const end = (): void => {
        ended = true;
        killGroup(child.pid, 'SIGTERM');
        setTimeout(() => killGroup(child.pid, 'SIGKILL'), toolGraceMs).unref();
      };
      running.set(child, end);
      return end;
    },
    endAll(done) {
      for (const end of running.values()) end();
      const deadline = Date.now() + toolGraceMs + 500;
      const check = (): void => {
        if (running.size === 0 || Date.now() > deadline) done();
        else setTimeout(check, 5);
      };
      check();
    },
  };
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone, which is what was wanted.
  }
}
