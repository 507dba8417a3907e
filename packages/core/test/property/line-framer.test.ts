import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeFrame } from '../../src/framing/encode-frame.ts';
import { createLineFramer } from '../../src/framing/line-framer.ts';
import { parseLine } from '../../src/framing/parse-line.ts';

type Report = readonly ['line', string, boolean] | readonly ['oversize', number, string] | readonly ['rest', string, boolean, number];

function frame(bytes: Uint8Array, cuts: readonly number[], maxLineBytes: number): readonly Report[] {
  const reports: Report[] = [];
  const framer = createLineFramer(
    { maxLineBytes },
    { line: (text, valid) => reports.push(['line', text, valid]), oversize: (info) => reports.push(['oversize', info.bytes, info.head]) },
  );
  let start = 0;
  for (const cut of [...new Set(cuts.map((at) => at % (bytes.length + 1)))].sort((a, b) => a - b)) {
    framer.push(Buffer.from(bytes.slice(start, cut)));
    start = cut;
  }
  framer.push(Buffer.from(bytes.slice(start)));
  const rest = framer.end();
  if (rest !== undefined) reports.push(['rest', rest.text, rest.valid, rest.bytes]);
  return reports;
}

/** Bytes in which line ends, carriage returns, parts of multi-byte characters and the byte order mark are frequent. */
const bytes = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant(Uint8Array.of(0x0a)) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          Uint8Array.of(0x0d),
          Uint8Array.of(0xef, 0xbb, 0xbf),
          Uint8Array.of(0xe2, 0x80, 0xa8),
          Uint8Array.of(0xf0, 0x9f, 0x98, 0x80),
        ),
      },
      { weight: 4, arbitrary: fc.uint8Array({ maxLength: 12 }) },
      { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).map((text) => new TextEncoder().encode(text)) },
    ),
    { maxLength: 60 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

test('any chunking of any bytes gives the same lines as one chunk', () => {
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(), { maxLength: 30 }), fc.constantFrom(3, 8, 40, 1 << 20), (input, cuts, maxLineBytes) => {
      expect(frame(input, cuts, maxLineBytes)).toEqual(frame(input, [], maxLineBytes));
    }),
    { numRuns: 3000 },
  );
});

test('any chunking gives what a split of the whole text gives', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll(/[\n\r\uFEFF]/g, '').toWellFormed())),
      fc.array(fc.nat()),
      (lines, cuts) => {
        const input = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
        expect(frame(input, cuts, 1 << 20)).toEqual(lines.map((line) => ['line', line, true]));
      },
    ),
    { numRuns: 1000 },
  );
});

test('a frame that is encoded, cut anywhere and decoded is the same frame, in ASCII and on one line', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' })), fc.array(fc.nat()), (value, cuts) => {
      const line = encodeFrame(value);
      expect(line.split('\n')).toHaveLength(2);
      // DEL is ASCII, and JSON leaves it as it is.
      expect(/^[\x20-\x7f]*\n$/.test(line)).toBe(true);
      const [report] = frame(new TextEncoder().encode(line), cuts, 1 << 20);
      expect(report?.[0]).toBe('line');
      const parsed = parseLine(String(report?.[1]));
      expect(parsed).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 500 },
  );
});

test('memory stays within the limit: a line longer than it is dropped, with its size and head, and the next one arrives', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 64 }),
      (length, limit, chunk) => {
        const input = Buffer.from(`${'a'.repeat(length)}\n{}\n`);
        const cuts = Array.from({ length: Math.ceil(input.length / chunk) }, (_, index) => index * chunk);
        const first = length > limit ? ['oversize', length, 'a'.repeat(Math.min(length, 256))] : ['line', 'a'.repeat(length), true];
        const second = limit < 2 ? ['oversize', 2, '{}'] : ['line', '{}', true];
        expect(frame(input, cuts, limit)).toEqual([first, second]);
      },
    ),
  );
});
