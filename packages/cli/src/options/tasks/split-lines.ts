import { UsageError } from '../usage-error.ts';

const maxLineBytes = 16 * 1024 * 1024;

/** Bytes as lines of text without their ends, decoded whole: a character may be split between two chunks. */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decode = (parts: readonly Uint8Array[]): string => new TextDecoder().decode(Buffer.concat(parts)).replace(/\r$/, '');
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      yield decode([...parts, chunk.subarray(start, end)]);
      parts = [];
      bytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
    bytes += chunk.length - start;
    if (bytes > maxLineBytes)
      throw new UsageError(
        `A line of the tasks is longer than ${maxLineBytes} bytes. Put what is so long into a file that the agent reads.`,
      );
  }
  if (bytes > 0) yield decode(parts);
}
