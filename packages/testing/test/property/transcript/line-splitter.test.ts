import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter } from '../../../src/transcript/line-splitter.ts';

function split(chunks: readonly Uint8Array[]): readonly string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((bytes, terminated) => lines.push(`${bytes.toString('hex')}${terminated ? '\n' : ''}`));
  for (const chunk of chunks) {
    const pooled = Uint8Array.from(chunk);
    splitter.push(pooled);
    pooled.fill(0); // a pool may use the memory again
  }
  splitter.end();
  return lines;
}

describe('createLineSplitter', () => {
  it('finds the same lines however the bytes are chunked, and loses none', () => {
    const byte = fc.oneof(fc.constant(0x0a), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 8 }), (bytes, cuts) => {
        const whole = Uint8Array.from(bytes);
        const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((one, two) => one - two), bytes.length];
        const chunks = at.slice(1).map((end, index) => whole.slice(at[index], end));
        const lines = split(chunks);
        expect(lines).toEqual(split([whole]));
        expect(lines.map((line) => line.replace('\n', '0a')).join('')).toBe(Buffer.from(whole).toString('hex'));
      }),
    );
  });
});
