import type { Readable, Writable } from 'node:stream';
import type { ChildProcessLike } from '@subwire/core';

/** Which way a line went. */
export type LineDirection = 'stdin' | 'stdout' | 'stderr';

type OnLine = (direction: LineDirection, line: string) => void;

/** Cuts bytes into lines; the last one may have no line feed. */
function createCutter(onLine: (line: string) => void): { push(bytes: Uint8Array): void; end(): void } {
  let chunks: Uint8Array[] = [];
  const flush = (): void => {
    const line = Buffer.concat(chunks).toString('utf8').replace(/\r$/, '');
    chunks = [];
    onLine(line);
  };
  return {
    push(bytes) {
      let from = 0;
      for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, from)) {
        chunks.push(bytes.subarray(from, at));
        flush();
        from = at + 1;
      }
      if (from < bytes.length) chunks.push(bytes.subarray(from));
    },
    end() {
      if (chunks.length > 0) flush();
    },
  };
}

function asBytes(chunk: unknown): Uint8Array | undefined {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  return chunk instanceof Uint8Array ? chunk : undefined;
}

/** Where the operating system hands its bytes over: a `data` listener would start the flow before the owner listens, and lose what comes until then. */
function listenToReadable(stream: Readable, onLine: (line: string) => void): void {
  const cutter = createCutter(onLine);
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    const bytes = asBytes(chunk);
    if (bytes !== undefined) cutter.push(bytes);
    return push(chunk, encoding);
  };
  stream.once('close', () => cutter.end());
}

function listenToWritable(stream: Writable, onLine: (line: string) => void): void {
  const cutter = createCutter(onLine);
  const write = stream.write.bind(stream) as (...given: readonly unknown[]) => boolean;
  stream.write = (...given: readonly unknown[]) => {
    const bytes = asBytes(given[0]);
    if (bytes !== undefined) cutter.push(bytes);
    return write(...given);
  };
}

/** Tells of every line in both directions and changes nothing about when and how it flows. */
export function listenToProcess(child: ChildProcessLike, onLine: OnLine): void {
  if (child.stdin !== null) listenToWritable(child.stdin, (line) => onLine('stdin', line));
  if (child.stdout !== null) listenToReadable(child.stdout, (line) => onLine('stdout', line));
  if (child.stderr !== null) listenToReadable(child.stderr, (line) => onLine('stderr', line));
}
