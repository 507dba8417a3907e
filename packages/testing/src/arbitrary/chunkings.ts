import fc from 'fast-check';

const encoder = new TextEncoder();

/**
 * The same bytes cut into chunks in any way: at every byte, inside a character, with empty chunks, all at once. The chunks joined are the bytes.
 */
export function chunkings(bytes: Uint8Array | string): fc.Arbitrary<readonly Uint8Array[]> {
  const whole = typeof bytes === 'string' ? encoder.encode(bytes) : bytes;
  const cutAt = (cuts: readonly number[]): readonly Uint8Array[] => {
    const ends = [...cuts].sort((one, two) => one - two).concat(whole.length);
    return ends.map((end, index) => whole.slice(ends[index - 1] ?? 0, end));
  };
  const anywhere = fc.array(fc.nat({ max: whole.length }), { maxLength: 12 }).map(cutAt);
  const sized = fc
    .constantFrom(1, 2, 3, 7, 64)
    .map((size) => cutAt(Array.from({ length: Math.max(0, Math.ceil(whole.length / size) - 1) }, (_, index) => (index + 1) * size)));
  return fc.oneof(fc.constant([whole]), anywhere, sized);
}

/** Lines, the bytes that hold them, and these bytes in chunks. */
export interface ChunkedLines {
  readonly lines: readonly string[];
  readonly bytes: Uint8Array;
  readonly chunks: readonly Uint8Array[];
}

/** How lines are put on the wire. */
export interface ChunkedLinesOptions {
  /**
   * What stands between lines.
   * @defaultValue '\n'
   */
  readonly lineEnd?: '\n' | '\r\n';
  /**
   * Whether the last line may lack its end.
   * @defaultValue false
   */
  readonly openEnd?: boolean;
}

/** Lines of the given arbitrary as chunks of bytes. The texts must hold no line feed, as a line never does. */
export function chunkedLines(texts: fc.Arbitrary<string>, options: ChunkedLinesOptions = {}): fc.Arbitrary<ChunkedLines> {
  const { lineEnd = '\n', openEnd = false } = options;
  return fc.tuple(fc.array(texts, { maxLength: 8 }), openEnd ? fc.boolean() : fc.constant(false)).chain(([lines, open]) => {
    const text = lines.map((line, index) => (open && index === lines.length - 1 ? line : `${line}${lineEnd}`)).join('');
    const bytes = encoder.encode(text);
    return chunkings(bytes).map((chunks) => ({ lines, bytes, chunks }));
  });
}
