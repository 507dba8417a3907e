/** Cuts a stream of bytes at every line feed. A chunk may hold many lines or a part of one; a line may come in many chunks. */
export interface LineSplitter {
  push(chunk: Uint8Array): void;
  /** Hands over what came after the last line feed, if anything did. */
  end(): void;
}

/** `line` gets the bytes without the line feed; `terminated` is false for a rest without one. */
export function createLineSplitter(line: (bytes: Buffer, terminated: boolean) => void): LineSplitter {
  let held: Uint8Array[] = [];
  const take = (last: Uint8Array): Buffer => {
    const whole = Buffer.concat([...held, last]);
    held = [];
    return whole;
  };
  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
        line(take(chunk.subarray(from, at)), true);
        from = at + 1;
      }
      // A copy: a pooled chunk may be written over before the rest of its line arrives.
      if (from < chunk.length) held.push(Uint8Array.prototype.slice.call(chunk, from));
    },
    end() {
      if (held.length > 0) line(take(new Uint8Array(0)), false);
    },
  };
}
