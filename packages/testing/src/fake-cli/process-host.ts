import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../scenario/json.ts';
import type { Host, ToolOutcome } from './host.ts';

/** How long a tool may take to die of SIGTERM before it is killed, in milliseconds; the real CLI waits about as long. */
const toolGraceMs = 1400;

/** The host that a real process is: its pipes, its clock, its children. */
export function createProcessHost(argv: readonly string[]): Host {
  const tools = new Set<{ end(): void }>();
  const write = (bytes: Uint8Array): void => {
    process.stdout.write(bytes);
  };
  let exiting = false;
  const leave = (code: number): void => {
    process.exitCode = code;
    // Both pipes are flushed before the process goes, or its last words would be lost.
    process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
  };
  return {
    argv,
    cwd: process.cwd(),
    pid: process.pid,
    env: process.env,
    write: (frame: JsonObject) => write(Buffer.from(`${JSON.stringify(frame)}\n`)),
    writeRaw: write,
    complain: (line) => {
      process.stderr.write(`${line}\n`);
    },
    exit(code) {
      if (exiting) return;
      exiting = true;
      if (tools.size === 0) {
        leave(code);
        return;
      }
      for (const tool of tools) tool.end();
      const deadline = Date.now() + toolGraceMs + 500;
      const poll = setInterval(() => {
        if (tools.size > 0 && Date.now() < deadline) return;
        clearInterval(poll);
        leave(code);
      }, 5);
    },
    die(signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    },
    close(pipe) {
      process[pipe].destroy();
    },
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    nowMs: () => Date.now(),
    uuid: () => randomUUID(),
    runCommand(command, done) {
      let cancelled = false;
      let end = (): void => {
        cancelled = true;
      };
      const entry = { end: () => end() };
      tools.add(entry);
      // Loaded only when a tool runs: it would cost every start some milliseconds.
      void import('node:child_process').then(({ spawn }) => {
        if (cancelled) {
          tools.delete(entry);
          return;
        }
        const child = spawn('/bin/sh', ['-c', command], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
        const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
        child.stdout.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
        child.stderr.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
        const finish = (code: number): void => {
          if (!tools.delete(entry)) return;
          const outcome: ToolOutcome = {
            stdout: Buffer.concat(chunks.stdout).toString(),
            stderr: Buffer.concat(chunks.stderr).toString(),
            code,
          };
          if (!cancelled) done(outcome);
        };
        child.once('error', () => finish(127));
        child.once('exit', (code) => {
          // What a tool left in the pipe still counts; what it left running does not keep it open.
          setTimeout(() => finish(code ?? 137), 5);
        });
        end = () => {
          cancelled = true;
          killGroup(child.pid, 'SIGTERM');
          setTimeout(() => killGroup(child.pid, 'SIGKILL'), toolGraceMs).unref();
        };
      });
      return () => end();
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
