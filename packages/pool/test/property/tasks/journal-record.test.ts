import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createJournalIndex } from '../../../src/tasks/journal-index.ts';
import { decodeRecord, encodeRecord, type JournalRecord } from '../../../src/tasks/journal-record.ts';

const failure = fc.record({ code: fc.string(), message: fc.string({ unit: 'binary' }) });
const id = fc.constantFrom('a', 'b', 'c', '\u2028', 'é"\\');
const record: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.record({
    type: fc.constant('accepted' as const),
    id,
    digest: fc.string(),
    task: fc.record({ id, prompt: fc.string({ unit: 'binary' }) }),
  }),
  fc.record({ type: fc.constant('sent' as const), id, attempt: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ type: fc.constant('session' as const), id, sessionId: fc.uuid() }),
  fc.record({
    type: fc.constant('over' as const),
    id,
    phase: fc.constantFrom('waiting' as const, 'leased' as const, 'sent' as const),
    cause: fc.constantFrom('crash' as const, 'timeout' as const),
    repeated: fc.nat(9),
    failure,
    isCrash: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('settled' as const),
    id,
    result: id.map((of) => ({
      id: of,
      success: true,
      status: 'done' as const,
      index: 0,
      attempts: 1,
      durationMs: 1,
      waitedMs: 1,
      output: 'é\u2028\n',
    })),
  }),
);

test('every record comes back as it was written, as one line', () => {
  fc.assert(
    fc.property(record, (written) => {
      const line = encodeRecord(written);
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(JSON.parse(line)).toMatchObject({ type: written.type });
      // What JSON itself changes, a lone surrogate, is changed on both sides.
      expect(decodeRecord(line.slice(0, -1))).toEqual({ record: JSON.parse(JSON.stringify(written)) as unknown });
    }),
  );
});

test('one changed byte anywhere is noticed', () => {
  fc.assert(
    fc.property(record, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, where, by) => {
      const bytes = Buffer.from(encodeRecord(written).slice(0, -1));
      const at = where % bytes.byteLength;
      bytes[at] = ((bytes[at] as number) ^ by) & 0xff;
      expect(decodeRecord(bytes.toString('utf8'))).toHaveProperty('why');
    }),
  );
});

test('whatever the lines are, each task is settled at most once, by its first result, and damage makes nothing unsent', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 6, arbitrary: record }, { weight: 1, arbitrary: fc.constant(undefined) }), { maxLength: 40 }),
      (records) => {
        const index = createJournalIndex();
        const first = new Map<string, number>();
        const accepted = new Set<string>();
        for (const [offset, one] of records.entries()) {
          const line = one === undefined ? 'garbage' : encodeRecord(one).slice(0, -1);
          index.addLine(line, { offset, bytes: 0 });
          if (one === undefined) {
            expect(index.open().every(({ open }) => open.maybeSent)).toBe(true);
            continue;
          }
          if (one.type === 'accepted') accepted.add(one.id);
          if (one.type === 'settled' && accepted.has(one.id) && !first.has(one.id)) first.set(one.id, offset);
        }
        expect(index.damaged).toHaveLength(records.filter((one) => one === undefined).length);
        for (const of of ['a', 'b', 'c']) {
          expect(index.known(of)?.type).toBe(first.has(of) ? 'settled' : accepted.has(of) ? 'open' : undefined);
          expect(index.placeOf(of)?.offset).toBe(first.get(of));
        }
      },
    ),
  );
});
