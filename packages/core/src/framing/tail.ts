/** Keeps the last lines of a stream. */
export interface Tail {
  push(line: string): void;
  /** The kept lines, oldest first; a first line says so when older ones were dropped. */
  lines(): readonly string[];
  /** The kept lines without the notice. */
  kept(): readonly string[];
}

/** A tail of at most `maxLines` lines, each cut at `maxLineLength` characters so that one endless line cannot fill the memory. */
export function createTail(maxLines: number, maxLineLength = 8192): Tail {
  const ring: string[] = [];
  let dropped = 0;
  return {
    push(line) {
      ring.push(line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line);
      if (ring.length > maxLines) {
        ring.shift();
        dropped++;
      }
    },
    lines() {
      return dropped === 0
        ? [...ring]
        : [`[${dropped} earlier ${dropped === 1 ? 'line' : 'lines'} dropped, the last ${ring.length} follow]`, ...ring];
    },
    kept: () => [...ring],
  };
}
