import type { WriteStream } from 'node:tty';
import { hasColors } from './colors.ts';
import type { Output } from './io.ts';

const assumedColumns = 80;
const assumedRows = 24;

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
    get rows() {
      const { rows } = stream as { readonly rows?: number };
      return rows === undefined || rows === 0 ? assumedRows : rows;
    },
    hasColors: hasColors({ env, isTerminal }),
    write(text) {
      if (!gone.signal.aborted && text !== '') stream.write(text);
    },
    drained() {
      if (gone.signal.aborted || !stream.writableNeedDrain) return Promise.resolve();
      return new Promise((resolve) => {
        const settle = (): void => {
          stream.off('drain', settle);
          gone.signal.removeEventListener('abort', settle);
          resolve();
        };
        stream.on('drain', settle);
        gone.signal.addEventListener('abort', settle, { once: true });
      });
    },
    closed: gone.signal,
  };
}
