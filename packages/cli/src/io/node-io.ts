import { createNodeOutput } from './node-output.ts';
import { readRuntime } from './runtime.ts';
import type { NodeLineReader } from './line-reader.ts';
import type { Input, Io, StopSignal } from './io.ts';

const stopSignals: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function createInput(stream: NodeJS.ReadStream): Input {
  return {
    isTerminal: (stream.isTTY as boolean | undefined) === true,
    async readAll() {
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk);
      // Decoded as a whole: a character may be split between two chunks.
      return new TextDecoder().decode(Buffer.concat(chunks));
    },
    chunks: () => stream as AsyncIterable<Uint8Array>,
  };
}

/** The real world: the process that we are. The only place that reads `process`, besides the entry file. */
export function createNodeIo(): Io {
  const { env } = process;
  const stdin = createInput(process.stdin);
  const stderr = createNodeOutput(process.stderr, env);
  const canAsk = stdin.isTerminal && stderr.isTerminal;
  let lines: NodeLineReader | undefined;
  return {
    argv: process.argv.slice(2),
    env,
    cwd: process.cwd(),
    stdin,
    stdout: createNodeOutput(process.stdout, env),
    stderr,
    enableDebug() {
      // The library's own switch; it looks when a session is opened.
      process.env['SUBWIRE_DEBUG'] = '1';
    },
    get runtime() {
      return readRuntime();
    },
    capture: async (program, timeoutMs) => (await import('./capture.ts')).capture(program, timeoutMs),
    isAlive(pid) {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    },
    measureTrees: async (roots) => (await import('./measure-trees.ts')).measureTrees(roots),
    canAsk,
    onStop(handler) {
      const listeners = stopSignals.map((signal) => [signal, () => handler(signal)] as const);
      for (const [signal, listener] of listeners) process.on(signal, listener);
      return {
        [Symbol.dispose]() {
          for (const [signal, listener] of listeners) process.off(signal, listener);
        },
      };
    },
    async choose(question) {
      const { choose } = await import('./choose.ts');
      // Two readers of one keyboard would each get half of what is typed.
      using _ = lines?.suspend();
      return await choose(question, process.stdin, process.stderr);
    },
    openLive: async (name) => (await import('./live-area.ts')).createLiveArea(process[name]),
    onKey(handler) {
      if (!stdin.isTerminal) return { [Symbol.dispose]: () => undefined };
      const onData = (chunk: Buffer): void => handler(chunk.toString('utf8'));
      process.stdin.setRawMode(true).on('data', onData).resume();
      return {
        [Symbol.dispose]() {
          process.stdin.off('data', onData).setRawMode(false).pause();
        },
      };
    },
    async openLines(options) {
      const { openLineReader } = await import('./line-reader.ts');
      return (lines = openLineReader(options, process.stdin, process.stderr));
    },
    runThrough: async (program, wrap) => (await import('./run-through.ts')).runThrough(program, wrap),
    runInPlace: async (program) => (await import('./run-in-place.ts')).runInPlace(program),
  };
}
