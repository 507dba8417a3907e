import { closed, observe, pause, until, write } from './observe.ts';
import { later, watch, type Expectation } from './expectation.ts';

/** What a host may rely on about starts that fail, descendants, signals and ends. */
export const expectationsOfLives: readonly Expectation[] = [
  {
    name: 'a missing executable is an error event and a close, no exit',
    real: { file: '/no/such/executable' },
    mock: (child) => child.failToSpawn('ENOENT'),
    host: async (child) => {
      const seen = observe(child);
      const facts = {
        pid: child.pid,
        streams: [child.stdin, child.stdout, child.stderr].every((stream) => stream !== null),
        sent: child.kill(),
      };
      await until(closed(seen));
      return { ...seen, facts: { ...facts, code: child.exitCode, signal: child.signalCode } };
    },
    order: ['error ENOENT', 'close -2 null'],
    never: ['spawn', 'exit -2 null'],
    facts: { pid: undefined, streams: true, sent: false, code: -2, signal: null },
  },
  {
    name: 'a write to a process that could not start fails on the callback',
    real: { file: '/no/such/executable' },
    mock: (child) => child.failToSpawn('ENOENT'),
    host: async (child) => {
      const seen = observe(child);
      write(child, seen, 'x');
      await until(closed(seen));
      return seen;
    },
    order: ['write EPIPE', 'close -2 null'],
    never: ['spawn', 'exit -2 null'],
  },
  {
    name: 'a file that may not be run is EACCES',
    real: { file: '/etc/passwd' },
    mock: (child) => child.failToSpawn('EACCES'),
    host: watch,
    order: ['error EACCES', 'close -13 null'],
    never: ['spawn'],
  },
  {
    name: 'V10 a directory that does not exist is ENOENT and names the executable',
    real: { file: '/bin/sh', cwd: '/no/such/directory' },
    mock: (child) => child.failToSpawn('ENOENT'),
    host: async (child) => {
      const seen = observe(child);
      const names: string[] = [];
      child.on('error', (error: NodeJS.ErrnoException) => names.push(error.path ?? '', error.syscall ?? ''));
      await until(closed(seen));
      return { ...seen, facts: { directory: names.some((name) => name.includes('no/such/directory')), named: names[0] !== '' } };
    },
    order: ['error ENOENT', 'close -2 null'],
    facts: { directory: false, named: true },
  },
  {
    name: 'V4 a descendant that has stdout open: exit comes at once, close when it is gone',
    real: 'sleep 0.4 & exit 0',
    mock: (child) => {
      child.holdOutput().exit(0);
      later(400, () => child.releaseOutput());
    },
    host: async (child) => {
      const seen = observe(child);
      const times: Record<string, number> = {};
      for (const event of ['exit', 'close']) child.once(event, () => (times[event] = performance.now()));
      await until(closed(seen));
      return { ...seen, facts: { closeWaits: times['close']! - times['exit']! > 250 } };
    },
    order: ['spawn', 'exit 0 null', 'stdout end', 'close 0 null'],
    facts: { closeWaits: true },
  },
  {
    name: 'what a descendant prints after the exit still arrives, before close',
    real: '(sleep 0.1; echo late) & exit 0',
    mock: (child) => {
      child.holdOutput().exit(0);
      later(60, () => child.sayRaw('late\n').releaseOutput());
    },
    host: async (child) => {
      const seen = await watch(child);
      return { ...seen, facts: { stdout: seen.text.stdout } };
    },
    order: ['exit 0 null', 'stdout data', 'stdout end', 'close 0 null'],
    facts: { stdout: 'late\n' },
  },
  {
    name: 'it may close stdout and live on',
    real: 'echo a; exec 1>&-; sleep 0.15; exit 0',
    mock: (child) => {
      child.sayRaw('a\n').closePipe('stdout');
      later(80, () => child.exit(0));
    },
    host: watch,
    order: ['stdout data', 'stdout end', 'exit 0 null', 'close 0 null'],
  },
  {
    name: 'it may close stdin and live on: a write fails, the exit is orderly',
    real: 'exec 0<&-; sleep 0.2; exit 0',
    mock: (child) => {
      child.closePipe('stdin');
      later(120, () => child.exit(0));
    },
    host: async (child) => {
      const seen = observe(child);
      await pause(60);
      write(child, seen, 'x', 'first');
      await pause(20);
      write(child, seen, 'y', 'second');
      await until(closed(seen));
      return seen;
    },
    order: ['first EPIPE', 'stdin error EPIPE', 'second ERR_STREAM_DESTROYED', 'exit 0 null', 'close 0 null'],
  },
  {
    name: 'ignored signals and an ignored EOF leave it alive; SIGKILL does not ask',
    real: "trap '' TERM INT; while :; do sleep 0.05; done",
    mock: (child) => child.behave({ signal: () => true, end: () => true }),
    host: async (child) => {
      const seen = observe(child);
      await pause(60);
      const sent = [child.kill('SIGTERM'), child.kill('SIGINT')];
      child.stdin!.end();
      await pause(80);
      const alive = child.exitCode === null && child.signalCode === null;
      child.kill('SIGKILL');
      await until(closed(seen));
      return { ...seen, facts: { sent, alive } };
    },
    order: ['spawn', 'exit null SIGKILL', 'close null SIGKILL'],
    never: ['exit null SIGTERM', 'exit null SIGINT'],
    facts: { sent: [true, true], alive: true },
  },
  {
    name: 'a stopped process says nothing until it goes on',
    real: 'while read line; do echo "$line"; done',
    mock: (child) => child.behave({ line: (line) => void child.sayRaw(`${line}\n`) }),
    host: async (child) => {
      const seen = observe(child);
      await pause(30);
      child.kill('SIGSTOP');
      await pause(30);
      child.stdin!.write('x\n');
      await pause(60);
      const whileStopped = seen.text.stdout;
      child.kill('SIGCONT');
      await until(() => seen.text.stdout !== '');
      child.stdin!.end();
      await until(closed(seen));
      return { ...seen, facts: { whileStopped, stdout: seen.text.stdout } };
    },
    order: ['spawn', 'stdout data', 'exit 0 null', 'close 0 null'],
    facts: { whileStopped: '', stdout: 'x\n' },
  },
  {
    name: 'kill() checks the name, and 0 only asks',
    real: 'exec sleep 5',
    mock: () => {},
    host: async (child) => {
      const seen = observe(child);
      let thrown = '';
      try {
        child.kill('SIGNOPE' as NodeJS.Signals);
      } catch (error) {
        thrown = `${(error as Error).name} ${(error as NodeJS.ErrnoException).code}`;
      }
      const asked = child.kill(0);
      await pause(20);
      const alive = child.signalCode === null;
      child.kill();
      await until(closed(seen));
      return { ...seen, facts: { thrown, asked, alive } };
    },
    order: ['spawn', 'exit null SIGTERM', 'close null SIGTERM'],
    facts: { thrown: 'TypeError ERR_UNKNOWN_SIGNAL', asked: true, alive: true },
  },
  {
    name: 'SIGCHLD, SIGURG and SIGWINCH do nothing',
    real: 'exec sleep 0.2',
    mock: (child) => later(100, () => child.exit(0)),
    host: async (child) => {
      const seen = observe(child);
      await pause(20);
      for (const signal of ['SIGCHLD', 'SIGURG', 'SIGWINCH'] as const) child.kill(signal);
      await until(closed(seen));
      return seen;
    },
    order: ['spawn', 'exit 0 null', 'close 0 null'],
  },
  {
    name: 'a host that destroys its end of stdout still sees exit and close',
    real: 'sleep 0.1; exit 5',
    mock: (child) => later(60, () => child.exit(5)),
    host: async (child) => {
      const seen = observe(child);
      child.stdout!.destroy();
      await until(closed(seen));
      return seen;
    },
    order: ['spawn', 'exit 5 null', 'close 5 null'],
    never: ['stdout end'],
  },
  {
    name: 'a signal that it handles lets it leave with a code of its own',
    real: "trap 'exit 143' TERM; while :; do sleep 0.02; done",
    mock: (child) =>
      child.behave({
        signal: () => {
          child.exit(143);
          return true;
        },
      }),
    host: async (child) => {
      const seen = observe(child);
      await pause(60);
      child.kill('SIGTERM');
      await until(closed(seen));
      return seen;
    },
    order: ['spawn', 'exit 143 null', 'close 143 null'],
  },
];
