import { Observable, type OperatorFunction } from 'rxjs';
import { ProtocolError } from '../errors/protocol-error.ts';
import { createLineFramer } from '../framing/line-framer.ts';

const defaultMaxLineBytes = 64 * 1024 * 1024;

/** Options of {@link decodeLines}. */
export interface DecodeLinesOptions {
  /** Longest line, in bytes; a longer one is an error. @defaultValue 67108864 (64 MiB) */
  readonly maxLineBytes?: number;
}

/**
 * Lines of text out of chunks of bytes, cut at LF alone and decoded as whole lines: no character is damaged at the edge of a chunk, and U+2028 is text. An
 * unterminated last line is delivered.
 * Errors with `LINE_TOO_LONG`.
 */
export function decodeLines({ maxLineBytes = defaultMaxLineBytes }: DecodeLinesOptions = {}): OperatorFunction<Uint8Array, string> {
  return (source) =>
    new Observable((subscriber) => {
      const framer = createLineFramer(
        { maxLineBytes },
        {
          line: (text) => subscriber.next(text),
          oversize({ bytes, head }) {
            const message = `A line of ${bytes} bytes is longer than maxLineBytes (${maxLineBytes}). Raise it, or cut the line at its source.`;
            subscriber.error(new ProtocolError({ code: 'LINE_TOO_LONG', limit: maxLineBytes, bytes, head: head.slice(0, 200), message }));
          },
        },
      );
      return source.subscribe({
        next: (chunk) => framer.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)),
        error: (cause) => subscriber.error(cause),
        complete() {
          const rest = framer.end();
          if (rest !== undefined) subscriber.next(rest.text);
          subscriber.complete();
        },
      });
    });
}
