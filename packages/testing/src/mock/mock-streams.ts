import { StringDecoder } from 'node:string_decoder';
import { Readable, Writable } from 'node:stream';

/** One output pipe of a mock process: what the host reads, and what the double does to it. */
export interface MockOutput {
  readonly stream: Readable;
  /** True once nothing more can reach the host: the end was consumed, or the host destroyed its side. */
  readonly done: boolean;
  deliver(chunk: Buffer): void;
  end(): void;
}

interface ReadableInternals {
  readonly _readableState?: { endEmitted?: boolean };
}

/**
 * Node puts a push on the next tick until a stream flows, and its `end` always. Neither tick passes inside a virtual-time test, so where a
 * reader waits with an empty buffer both are emitted at once; everywhere else Node's own machinery is left to work.
 */
export function createMockOutput(): MockOutput {
  const stream = new Readable({ read() {} });
  let ended = false;
  const flowsNow = (): boolean => stream.readableFlowing === true && stream.readableLength === 0 && stream.readableEncoding === null;
  return {
    stream,
    get done() {
      return stream.readableEnded || stream.destroyed;
    },
    deliver(chunk) {
      if (ended || stream.destroyed) return;
      if (flowsNow()) stream.emit('data', chunk);
      else stream.push(chunk);
    },
    end() {
      if (ended || stream.destroyed) return;
      ended = true;
      const atOnce = flowsNow();
      stream.push(null);
      const internals = (stream as unknown as ReadableInternals)._readableState;
      if (!atOnce || internals === undefined || stream.readableEnded) return;
      internals.endEmitted = true;
      stream.emit('end');
      stream.destroy();
    },
  };
}

/** What a mock process makes of its input pipe. */
export interface MockInputEvents {
  line(line: string): void;
  /** The host ended or destroyed its side. */
  end(): void;
  /** While the host does not know yet that the process has started: keeps the confirmation of a write until it does, and says so. */
  confirmsLater(callback: () => void): boolean;
}

/** The input pipe of a mock process: what the host writes to, and what the double does to it. */
export interface MockInput {
  readonly stream: Writable;
  /** Complete lines received, without their line feed. */
  readonly lines: readonly string[];
  /** Nobody reads any more, because the process died or closed its side: every write from now on fails with EPIPE. */
  breakPipe(): void;
  /** While false, the process does not read: writes stay unflushed and their callbacks wait. */
  read(reads: boolean): void;
  /** As Node does once it has seen the exit: destroyed, later writes fail with ERR_STREAM_DESTROYED. */
  destroy(): void;
}

/** The error of a write to a pipe that nobody reads. */
function brokenPipe(): NodeJS.ErrnoException {
  return Object.assign(new Error('write EPIPE'), { code: 'EPIPE', errno: -32, syscall: 'write' });
}

export function createMockInput(events: MockInputEvents): MockInput {
  const lines: string[] = [];
  const decoder = new StringDecoder('utf8');
  let partial = '';
  let broken = false;
  let reads = true;
  let ended = false;
  let waiting: { readonly chunk: Buffer; readonly callback: (error?: Error | null) => void } | undefined;

  const receive = (chunk: Buffer): void => {
    const parts = (partial + decoder.write(chunk)).split('\n');
    partial = parts.pop() ?? '';
    for (const line of parts) {
      lines.push(line);
      events.line(line);
    }
  };
  const end = (): void => {
    if (ended || broken) return;
    ended = true;
    partial += decoder.end();
    if (partial !== '') {
      lines.push(partial);
      events.line(partial);
    }
    events.end();
  };
  const stream = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      if (broken) callback(brokenPipe());
      else if (!reads) waiting = { chunk, callback };
      else {
        const later = events.confirmsLater(callback);
        receive(chunk);
        if (!later) callback();
      }
    },
    final(callback) {
      end();
      callback();
    },
    destroy(error, callback) {
      if (!broken && waiting === undefined) end();
      callback(error);
    },
  });
  return {
    stream,
    lines,
    breakPipe() {
      broken = true;
      const held = waiting;
      waiting = undefined;
      held?.callback(brokenPipe());
    },
    read(next) {
      reads = next;
      const held = waiting;
      if (!reads || held === undefined) return;
      waiting = undefined;
      receive(held.chunk);
      held.callback();
    },
    destroy() {
      broken = true;
      stream.destroy();
    },
  };
}
