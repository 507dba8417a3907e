import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { JsonObject } from '../scenario/json.ts';
import type { Host } from './host.ts';
import { createCommandRunner } from './run-command.ts';

/** Exit codes from here on say that a signal was the cause. */
const firstSignalCode = 128;

/** How long what was printed may take to leave a process that was told to end, in milliseconds. */
const lastWordsMs = 500;

/** The host that a real process is: its pipes, its clock, its children. */
export function createProcessHost(argv: readonly string[]): Host {
  const commands = createCommandRunner();
  const write = (bytes: Uint8Array): void => {
    process.stdout.write(bytes);
  };
  let exiting = false;
  const leave = (code: number): void => {
    process.exitCode = code;
    // A signal does not wait for a reader that has stopped reading.
    if (code >= firstSignalCode) setTimeout(() => process.exit(code), lastWordsMs);
    // Both pipes are flushed before the process goes, or its last words would be lost.
    process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
  };
  return {
    real: true,
    argv,
    cwd: process.cwd(),
    pid: process.pid,
    env: process.env,
    write: (frame: JsonObject) => write(Buffer.from(`${JSON.stringify(frame)}\n`)),
    writeRaw: write,
    complain: (line) => {
      process.stderr.write(`${line}\n`);
    },
    flood(pipe, bytes, done) {
      writeBlocking(pipe === 'stdout' ? 1 : 2, bytes);
      done();
    },
    exit(code) {
      if (exiting) return;
      exiting = true;
      commands.endAll(() => leave(code));
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
    runCommand: (command, done) => commands.run(command, done),
  };
}

/** Writes until everything is taken: with nobody reading, the process stands still here, as one does that logs without looking. */
function writeBlocking(descriptor: number, bytes: Uint8Array): void {
  const nap = new Int32Array(new SharedArrayBuffer(4));
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(nap, 0, 0, 1);
    }
  }
}
