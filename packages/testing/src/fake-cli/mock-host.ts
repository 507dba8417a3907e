import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { MockProcess } from '../mock/mock-process.ts';
import type { Host } from './host.ts';

/** What a fake process in memory is told about itself. */
export interface MockHostOptions {
  /** Arguments, without executable and program. @defaultValue those of a streaming session */
  readonly args?: readonly string[];
  /** Working directory that it reports. @defaultValue '/workspace' */
  readonly cwd?: string;
  /** Environment that it reads. @defaultValue empty */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const streaming = ['--output-format', 'stream-json', '--verbose', '--input-format', 'stream-json'];

/** The host that a mock process is. All delays go through an RxJS scheduler, so virtual time carries them. Ids are counted, not random. */
export function createMockHost(child: MockProcess, options: MockHostOptions = {}, scheduler: SchedulerLike = asyncScheduler): Host {
  let ids = 0;
  const after = (ms: number, run: () => void): (() => void) => {
    const subscription = scheduler.schedule(run, ms);
    return () => subscription.unsubscribe();
  };
  return {
    real: false,
    argv: options.args ?? streaming,
    cwd: options.cwd ?? '/workspace',
    pid: child.pid,
    env: options.env ?? {},
    write: (frame) => {
      child.say(frame);
    },
    writeRaw: (bytes) => {
      child.sayRaw(bytes);
    },
    complain: (line) => {
      child.complain(line);
    },
    flood: (pipe, bytes, done) => {
      if (pipe === 'stdout') child.sayRaw(bytes, { chunkBytes: 65_536 });
      else child.complain(Buffer.from(bytes).toString());
      done();
    },
    exit: (code) => child.exit(code),
    die: (signal) => child.exit(0, signal),
    close: (pipe) => {
      child.closePipe(pipe);
    },
    after,
    nowMs: () => scheduler.now(),
    uuid: () => `00000000-0000-4000-8000-${(ids++).toString(16).padStart(12, '0')}`,
    // There is no shell in memory: a command is over at once and prints nothing. A tool with `output` or `ms` never comes here.
    runCommand: (_command, done) => after(0, () => done({ stdout: '', stderr: '', code: 0 })),
  };
}
