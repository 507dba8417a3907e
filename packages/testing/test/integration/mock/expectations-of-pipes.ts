import { closed, observe, pause, until, write } from './observe.ts';
import { later, watch, type Expectation } from './expectation.ts';

/** What a host may rely on about what it reads and writes. */
export const expectationsOfPipes: readonly Expectation[] = [
  {
    name: 'output, exit, end of the pipes and close come in this order, with the code',
    real: 'echo out; echo err >&2; exit 3',
    mock: (child) => child.sayRaw('out\n').complain('err').exit(3),
    host: async (child) => {
      const seen = await watch(child);
      return {
        ...seen,
        facts: {
          stdout: seen.text.stdout,
          stderr: seen.text.stderr,
          code: child.exitCode,
          signal: child.signalCode,
          killed: child.killed,
          late: child.kill(),
        },
      };
    },
    order: ['spawn', 'stdout data', 'exit 3 null', 'close 3 null'],
    never: ['error ENOENT'],
    facts: { stdout: 'out\n', stderr: 'err\n', code: 3, signal: null, killed: false, late: false },
  },
  {
    name: 'nothing is emitted inside the call that started it',
    real: 'exit 0',
    mock: (child) => child.exit(0),
    host: async (child) => {
      const seen = observe(child);
      const atOnce = seen.events.length;
      await until(closed(seen));
      return { ...seen, facts: { atOnce, first: seen.events[0] } };
    },
    order: ['spawn', 'exit 0 null', 'close 0 null'],
    facts: { atOnce: 0, first: 'spawn' },
  },
  {
    name: 'it closes although nobody reads, and what was not read by then is lost',
    real: 'echo lost; exit 0',
    mock: (child) => child.sayRaw('lost\n').exit(0),
    host: async (child) => {
      const seen = observe(child, 'ignore');
      await until(closed(seen));
      let late = '';
      child.stdout!.on('data', (chunk: Buffer) => (late += chunk.toString()));
      await pause(20);
      return { ...seen, facts: { late } };
    },
    order: ['spawn', 'exit 0 null', 'stdout end', 'close 0 null'],
    facts: { late: '' },
  },
  {
    name: 'a paused reader is made to read at exit',
    real: 'echo kept; exit 0',
    mock: (child) => child.sayRaw('kept\n').exit(0),
    host: async (child) => {
      const seen = observe(child);
      child.stdout!.pause();
      await until(closed(seen));
      return { ...seen, facts: { stdout: seen.text.stdout } };
    },
    order: ['spawn', 'exit 0 null', 'stdout data', 'stdout end', 'close 0 null'],
    facts: { stdout: 'kept\n' },
  },
  {
    name: 'a signal ends it; code and signal are known only with the exit event',
    real: 'exec sleep 5',
    mock: () => {},
    host: async (child) => {
      const seen = observe(child);
      await pause(30);
      const sent = child.kill('SIGTERM');
      const facts = { sent, killed: child.killed, codeBefore: child.exitCode, signalBefore: child.signalCode };
      await until(closed(seen));
      return { ...seen, facts: { ...facts, code: child.exitCode, signal: child.signalCode, again: child.kill('SIGKILL') } };
    },
    order: ['spawn', 'exit null SIGTERM', 'close null SIGTERM'],
    facts: { sent: true, killed: true, codeBefore: null, signalBefore: null, code: null, signal: 'SIGTERM', again: false },
  },
  {
    name: 'the end of stdin ends a program that reads to the end',
    real: 'cat',
    mock: (child) => child.behave({ line: (line) => void child.sayRaw(`${line}\n`) }),
    host: async (child) => {
      const seen = observe(child);
      child.stdin!.end('one\ntwo\n');
      await until(closed(seen));
      return { ...seen, facts: { stdout: seen.text.stdout } };
    },
    order: ['spawn', 'stdout data', 'exit 0 null', 'close 0 null'],
    facts: { stdout: 'one\ntwo\n' },
  },
  {
    name: 'a write is confirmed once it was taken',
    real: 'cat',
    mock: (child) => child.behave({ line: (line) => void child.sayRaw(`${line}\n`) }),
    host: async (child) => {
      const seen = observe(child);
      write(child, seen, 'x\n');
      await until(() => seen.text.stdout === 'x\n');
      child.stdin!.end();
      await until(closed(seen));
      return seen;
    },
    order: ['spawn', 'write none', 'stdout data', 'exit 0 null', 'close 0 null'],
  },
  {
    name: 'a write to a dead process that nobody has noticed yet fails with EPIPE, on the callback and on the stream',
    real: { file: '/bin/false' },
    mock: (child) => child.exit(1),
    host: async (child) => {
      const seen = observe(child);
      const end = Date.now() + 60;
      while (Date.now() < end);
      write(child, seen, 'x\n');
      await until(closed(seen));
      return seen;
    },
    order: ['write EPIPE', 'stdin error EPIPE', 'exit 1 null', 'close 1 null'],
  },
  {
    name: 'a write after the exit was seen fails on the callback only, because the stream is destroyed',
    real: 'exit 0',
    mock: (child) => child.exit(0),
    host: async (child) => {
      const seen = await watch(child);
      write(child, seen, 'x\n');
      await pause(20);
      return { ...seen, facts: { destroyed: child.stdin!.destroyed, writable: child.stdin!.writable } };
    },
    order: ['exit 0 null', 'close 0 null', 'write ERR_STREAM_DESTROYED'],
    never: ['stdin error ERR_STREAM_DESTROYED', 'stdin error EPIPE'],
    facts: { destroyed: true, writable: false },
  },
  {
    name: 'a large write to a process that dies without reading fails with EPIPE',
    real: 'sleep 0.1; exit 0',
    mock: (child) => {
      child.read(false);
      later(60, () => child.exit(0));
    },
    host: async (child) => {
      const seen = observe(child);
      write(child, seen, 'x'.repeat(5_000_000));
      await until(closed(seen));
      return seen;
    },
    order: ['spawn', 'write EPIPE', 'stdin error EPIPE', 'exit 0 null', 'close 0 null'],
  },
  {
    name: 'a write after the end was sent fails with its own code',
    real: 'cat',
    mock: () => {},
    host: async (child) => {
      const seen = observe(child);
      child.stdin!.end();
      write(child, seen, 'x');
      await until(closed(seen));
      return seen;
    },
    order: ['write ERR_STREAM_WRITE_AFTER_END', 'stdin error ERR_STREAM_WRITE_AFTER_END', 'exit 0 null', 'close 0 null'],
  },
];
