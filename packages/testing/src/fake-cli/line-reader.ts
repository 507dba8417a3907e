/** Turns chunks of bytes into lines, split at line feeds only. */
export interface LineReader {
  push(chunk: Buffer): void;
  /** Hands out an unfinished last line, which the real CLI takes too. */
  end(): void;
}

export function createLineReader(onLine: (line: string) => void): LineReader {
  let parts: Buffer[] = [];
  const flush = (last: Buffer): void => {
    const bytes = parts.length === 0 ? last : Buffer.concat([...parts, last]);
    parts = [];
    onLine(bytes.toString('utf8').replace(/^\uFEFF/u, ''));
  };
  return {
    push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
        flush(chunk.subarray(start, end));
        start = end + 1;
      }
      if (start < chunk.length) parts.push(chunk.subarray(start));
    },
    end() {
      if (parts.length > 0) flush(Buffer.alloc(0));
    },
  };
}
