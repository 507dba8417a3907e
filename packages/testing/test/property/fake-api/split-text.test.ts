import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitText } from '../../../src/fake-api/events.ts';

describe('splitText', () => {
  it('loses nothing, cuts no code point and makes as many pieces as it can', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 40 }), (text, pieces) => {
        const parts = splitText(text, pieces);
        expect(parts.join('')).toBe(text);
        expect(parts.flatMap((part) => Array.from(part))).toEqual(Array.from(text));
        expect(parts.length).toBeLessThanOrEqual(Math.max(1, pieces));
        expect(parts.length === 1 || parts.every((part) => part !== '')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('makes pieces of the same size of plain text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), (pieces, size) => {
        expect(splitText('x'.repeat(pieces * size), pieces)).toEqual(Array.from({ length: pieces }, () => 'x'.repeat(size)));
      }),
    );
  });
});
