import type { WriteStream } from 'node:tty';
import { hasColors } from './colors.ts';
import type { Output } from './io.ts';

const assumedColumns = 80;

/**
 * An output on one of the process's own streams. A reader that goes away is an `error` event (`EPIPE`) that would end the process with a stack trace
 * if nobody listened.
 */
export function createNodeOutput(stream: WriteStream, env: Readonly<Record<string, string | undefined>>): Output {
  const gone = new AbortController();
  const isTerminal = (stream.isTTY as boolean | undefined) === true;
  stream.on('error', (cause: Error) => gone.abort(cause));
  return {
    isTerminal,
    get columns() {
      const { columns } = stream as { readonly columns?: number };
      return columns === undefined || columns === 0 ? assumedColumns : columns;
    },
    hasColors: hasColors({ env, isTerminal }),
    write(text) {
      if (!gone.signal.aborted && text !== '') stream.write(text);
    },
    closed: gone.signal,
  };
}
