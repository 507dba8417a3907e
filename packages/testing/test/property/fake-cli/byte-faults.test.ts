import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBehavior } from '../../../src/fake-cli/behavior.ts';
import { parseFlags } from '../../../src/fake-cli/flags.ts';
import { createLineReader } from '../../../src/fake-cli/line-reader.ts';
import type { Fault } from '../../../src/scenario/fault.ts';
import { manualClock, memoryHost } from '../../unit/fake-cli/replay.ts';

function print(frames: readonly object[], faults: readonly Fault[]): readonly Buffer[] {
  const clock = manualClock();
  const { host, played } = memoryHost(clock);
  createBehavior(host, { steps: frames.map((say) => ({ say: say as never })), faults }).start();
  while (clock.step(clock.nowMs() + 1_000_000));
  return played.raw;
}

const frames = fc.array(fc.record({ type: fc.constant('x'), text: fc.string({ unit: 'grapheme' }) }), { minLength: 1, maxLength: 6 });

it('chunk changes no byte, whatever the size of the pieces and the time between them', () => {
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 3 }), (said, bytes, ms) => {
      const pieces = print(said, [{ name: 'chunk', bytes, ms }]);
      expect(Buffer.concat(pieces)).toEqual(Buffer.concat(print(said, [])));
      expect(pieces.every((piece) => piece.length > 0 && piece.length <= bytes)).toBe(true);
    }),
  );
});

it('noise, crlf and bom leave every frame readable once they are stripped', () => {
  fc.assert(
    fc.property(frames, fc.integer({ min: 0, max: 3 }), (said, lines) => {
      const text = Buffer.concat(print(said, [{ name: 'noise', lines }, { name: 'crlf' }, { name: 'bom' }])).toString();
      const kept = text
        .slice(1)
        .split('\r\n')
        .filter((line) => line.startsWith('{'));
      expect(kept.map((line) => JSON.parse(line) as unknown)).toEqual(JSON.parse(JSON.stringify(said)));
      expect(text.split('\r\n')).toHaveLength(said.length * (lines + 1) + 1);
    }),
  );
});

it('lines are the same however their bytes arrive, and only a line feed ends one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', '\u2028').replace(/^\uFEFF+/u, ''))),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
      (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const heard: string[] = [];
        const reader = createLineReader((line) => heard.push(line));
        for (let start = 0, index = 0; start < bytes.length; index += 1) {
          const size = cuts[index % cuts.length]!;
          reader.push(bytes.subarray(start, start + size));
          start += size;
        }
        reader.end();
        expect(heard).toEqual(lines);
      },
    ),
  );
});

it('no arguments make the parser of flags throw', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom('--model', '--resume', '--allowedTools', '-p', '--x=1', '-', '--'))),
      (argv) => {
        const flags = parseFlags(argv);
        expect(typeof (flags.problem ?? '')).toBe('string');
      },
    ),
  );
});
