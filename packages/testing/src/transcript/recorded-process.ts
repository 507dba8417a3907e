import type { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** What a recorder asks of a process: a part of what Node's own `ChildProcess` has. */
export interface RecordedProcess extends EventEmitter {
  readonly pid?: number | undefined;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  kill(signal?: NodeJS.Signals): boolean;
}

/** What a recorder asks of a spawn specification; more fields are passed on untouched. */
export interface RecordedSpec {
  readonly file?: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Who hears what a tapped process says. */
export interface TapListener {
  bytes(dir: 'stdin' | 'stdout' | 'stderr', chunk: Uint8Array): void;
  event(event: string, fields?: Readonly<Record<string, unknown>>): void;
}

function asBytes(chunk: unknown, encoding: unknown): Uint8Array | undefined {
  if (typeof chunk === 'string') return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  return chunk instanceof Uint8Array ? chunk : undefined;
}

/**
 * Listens where data enters a stream. A `data` listener would start the flow before the owner is ready for it, and take part in its back-pressure.
 * What is emitted without having been pushed, as a double may do it, is noticed by the count.
 */
function tapReadable(stream: Readable, dir: 'stdout' | 'stderr', listener: TapListener): void {
  const push = stream.push.bind(stream);
  const unshift = stream.unshift.bind(stream);
  const emit = stream.emit.bind(stream);
  let entered = stream.readableLength;
  let left = 0;
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    const bytes = asBytes(chunk, encoding);
    if (bytes !== undefined) {
      entered += bytes.length;
      listener.bytes(dir, bytes);
    }
    return push(chunk, encoding);
  };
  stream.unshift = (chunk: unknown, encoding?: BufferEncoding) => {
    entered += asBytes(chunk, encoding)?.length ?? 0;
    unshift(chunk, encoding);
  };
  stream.emit = (event: string | symbol, ...given: unknown[]) => {
    const [chunk] = given;
    if (event === 'data' && chunk instanceof Uint8Array) {
      left += chunk.length;
      if (left > entered) {
        entered = left;
        listener.bytes(dir, chunk);
      }
    }
    return emit(event, ...given);
  };
  stream.once('end', () => {
    listener.event(`${dir}-end`);
  });
}

function tapWritable(stream: Writable, listener: TapListener): void {
  const write = stream.write.bind(stream) as (...given: unknown[]) => boolean;
  const end = stream.end.bind(stream) as (...given: unknown[]) => Writable;
  let ended = false;
  const note = (chunk: unknown, encoding: unknown): void => {
    const bytes = ended || stream.destroyed ? undefined : asBytes(chunk, encoding);
    if (bytes !== undefined) listener.bytes('stdin', bytes);
  };
  Object.assign(stream, {
    write: (...given: unknown[]): unknown => {
      note(given[0], given[1]);
      return write(...given);
    },
    end: (...given: unknown[]): unknown => {
      const first = !ended && !stream.destroyed;
      if (first && typeof given[0] !== 'function') note(given[0], given[1]);
      ended = true;
      if (first) listener.event('stdin-eof');
      // `end` hands its chunk to `write`; it has been noted.
      return end(...given);
    },
  });
}

/** Listens to a process without getting in anybody's way: the same object goes on to its owner, its streams flow when the owner wants them to. */
export function tapProcess(child: RecordedProcess, listener: TapListener): void {
  if (child.stdin !== null) tapWritable(child.stdin, listener);
  if (child.stdout !== null) tapReadable(child.stdout, 'stdout', listener);
  if (child.stderr !== null) tapReadable(child.stderr, 'stderr', listener);
  const kill = child.kill.bind(child);
  child.kill = (signal) => {
    listener.event('kill', { signal: signal ?? 'SIGTERM' });
    return kill(signal);
  };
}
