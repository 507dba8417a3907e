/**
 * The hand-written optimum: cuts a stream of bytes into lines. Whole lines of a chunk are decoded in one call and cut as strings; the pieces of an
 * unfinished line wait in a list and are joined once.
 * @param {(line: string) => void} onLine
 * @returns {(chunk: Buffer) => void}
 */
export function createLineReader(onLine) {
  let pieces = [];
  return (chunk) => {
    let first = 0;
    if (pieces.length > 0) {
      first = chunk.indexOf(10) + 1;
      if (first === 0) {
        pieces.push(chunk);
        return;
      }
      pieces.push(chunk.subarray(0, first - 1));
      const line = Buffer.concat(pieces);
      pieces = [];
      onLine(line.utf8Slice(0, line.length));
    }
    const last = chunk.lastIndexOf(10);
    if (last >= first) {
      const text = chunk.utf8Slice(first, last + 1);
      for (let start = 0, end = text.indexOf('\n'); end !== -1; start = end + 1, end = text.indexOf('\n', start))
        onLine(text.slice(start, end));
    }
    if (last + 1 < chunk.length) pieces.push(chunk.subarray(Math.max(last + 1, first)));
  };
}
