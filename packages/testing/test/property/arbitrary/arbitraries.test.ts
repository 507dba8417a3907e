import fc from 'fast-check';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  awkwardTexts,
  chunkedLines,
  chunkings,
  contentBlocks,
  frameKinds,
  frames,
  histories,
  jsonObjects,
  jsonValues,
  type HistoryEntry,
} from '../../../src/arbitraries.ts';
import { replayTranscript, type TranscriptLine } from '../../../src/index.ts';

const joined = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString('hex');

describe('json', () => {
  it.each([
    ['jsonValues', jsonValues()],
    ['jsonObjects', jsonObjects()],
    ['frames', frames()],
    ['contentBlocks', contentBlocks()],
  ] as const)('%s survive being printed and parsed', (_, arbitrary: fc.Arbitrary<unknown>) => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        expect(JSON.parse(JSON.stringify(value))).toEqual(value);
      }),
    );
  });

  it.each([
    ['a line separator', (text: string) => text.includes('\u2028')],
    ['half a character', (text: string) => /[\ud800-\udbff](?![\udc00-\udfff])/.test(text)],
    ['a line feed', (text: string) => text.includes('\n')],
    ['a NUL', (text: string) => text.includes('\0')],
  ])('awkwardTexts hold %s before long', (_, is) => {
    expect(fc.sample(awkwardTexts(), { numRuns: 400, seed: 1 }).some(is)).toBe(true);
  });
});

describe('frames', () => {
  it.each(frameKinds)('make %s when asked for it', (kind) => {
    const made = fc.sample(frames({ kinds: [kind] }), { numRuns: 20, seed: 1 });
    const types = new Set(made.map(({ type }) => type.replace(/^later_[\s\S]*/, 'later')));
    expect(types.size).toBe(1);
  });

  it('make every kind by default', () => {
    const types = fc.sample(frames(), { numRuns: 300, seed: 1 }).map(({ type }) => (type.startsWith('later_') ? 'later' : type));
    expect([...new Set(types)].sort()).toEqual([
      'assistant',
      'control_cancel_request',
      'control_request',
      'control_response',
      'keep_alive',
      'later',
      'rate_limit_event',
      'result',
      'stream_event',
      'system',
      'user',
    ]);
  });
});

describe('chunkings', () => {
  it('lose nothing, whatever the cuts', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(
        bytes.chain((whole) => chunkings(whole).map((chunks) => ({ whole, chunks }))),
        ({ whole, chunks }) => {
          expect(joined(chunks)).toBe(Buffer.from(whole).toString('hex'));
        },
      ),
    );
  });

  it('cut single bytes, cut inside a character, do not cut, and leave chunks empty', () => {
    const samples = fc.sample(chunkings('é🎈é'), { numRuns: 200, seed: 1 });
    expect(samples.some((chunks) => chunks.length === 8 && chunks.every(({ length }) => length === 1))).toBe(true);
    expect(samples.some((chunks) => chunks.length === 1)).toBe(true);
    expect(samples.some((chunks) => chunks.some(({ length }) => length === 0))).toBe(true);
    expect(samples.some((chunks) => chunks.some(([first = 0]) => first >= 0x80 && first < 0xc0) && chunks.length < 5)).toBe(true);
    expect(fc.sample(chunkings(''), { numRuns: 20, seed: 1 }).every((chunks) => joined(chunks) === '')).toBe(true);
  });

  it.each([
    ['\n', false],
    ['\r\n', false],
    ['\n', true],
  ] as const)('chunkedLines with %j between lines, open end %s, hold the lines', (lineEnd, openEnd) => {
    const texts = fc.string().map((text) => text.replaceAll(/[\r\n]/g, ''));
    let open = 0;
    fc.assert(
      fc.property(chunkedLines(texts, { lineEnd, openEnd }), ({ lines, bytes, chunks }) => {
        const text = Buffer.from(bytes).toString('utf8');
        expect(joined(chunks)).toBe(Buffer.from(bytes).toString('hex'));
        const closed = text === '' || text.endsWith(lineEnd);
        if (!closed) open += 1;
        const parts = text.split(lineEnd);
        if (closed) parts.pop();
        // A last line that is both empty and open has left no byte.
        expect(parts.join('|')).toBe(
          (openEnd && lines.at(-1) === '' && parts.length < lines.length ? lines.slice(0, -1) : lines).join('|'),
        );
      }),
    );
    expect(open > 0).toBe(openEnd);
  });
});

describe('histories', () => {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- frames of many shapes are taken apart here
  const of = (history: readonly HistoryEntry[], dir: HistoryEntry['dir'], type: string): readonly any[] =>
    history.flatMap((entry) => (entry.dir === dir && entry.frame.type === type ? [entry.frame] : []));

  it('answer or withdraw every request once, end every prompt with one result and every task', () => {
    fc.assert(
      fc.property(histories(), (history) => {
        for (const [asker, answerer] of [
          ['stdin', 'stdout'],
          ['stdout', 'stdin'],
        ] as const) {
          const asked = of(history, asker, 'control_request').map(({ request_id: id }) => id);
          const settled = [
            ...of(history, answerer, 'control_response').map(({ response }) => response.request_id),
            ...of(history, asker, 'control_cancel_request').map(({ request_id: id }) => id),
          ];
          expect(settled.sort()).toEqual([...asked].sort());
          expect(new Set(asked).size).toBe(asked.length);
        }
        expect(of(history, 'stdout', 'result')).toHaveLength(of(history, 'stdin', 'user').length);
        const system = of(history, 'stdout', 'system');
        const tasks = (subtype: string): readonly unknown[] =>
          system
            .filter((frame) => frame.subtype === subtype)
            .map(({ task_id: id }) => id)
            .sort();
        expect(tasks('task_notification')).toEqual(tasks('task_started'));
        expect(history.map(({ frame }) => JSON.parse(JSON.stringify(frame)) as unknown)).toEqual(history.map(({ frame }) => frame));
      }),
    );
  });

  it('have what makes a session hard: tasks that outlive their turn, refusals, interrupts, withdrawals', () => {
    const made = fc.sample(histories(), { numRuns: 100, seed: 1 });
    const late = made.some((history) => {
      const result = history.findIndex(({ frame }) => frame.type === 'result');
      return history.findIndex(({ frame }) => frame['subtype'] === 'task_notification') > result && result > 0;
    });
    const text = JSON.stringify(made);
    expect([
      late,
      ...['"deny"', '"interrupt"', 'control_cancel_request', 'hook_callback', 'a_later_kind'].map((word) => text.includes(word)),
    ]).toEqual(Array(6).fill(true));
    expect(
      fc.sample(histories({ maxTurns: 1 }), { numRuns: 50, seed: 1 }).every((history) => of(history, 'stdout', 'result').length <= 1),
    ).toBe(true);
  });

  it('can be recordings, and play to their end', async () => {
    for (const history of fc.sample(histories({ maxTurns: 2 }), { numRuns: 15, seed: 7 })) {
      const lines = [
        ...history.map(({ dir, frame }, t): TranscriptLine => ({ run: 'r', t, dir, json: frame })),
        { run: 'r', t: 1000, dir: 'meta', event: 'stdin-eof' } as const,
        { run: 'r', t: 1001, dir: 'meta', event: 'exit', code: 0 } as const,
      ];
      const replay = replayTranscript(lines);
      const child = replay.spawner({});
      child.stdout.resume();
      child.stderr.resume();
      for (const { dir, frame } of history) if (dir === 'stdin') child.stdin.write(`${JSON.stringify(frame)}\n`);
      child.stdin.end();
      await once(child, 'close');
      replay.assertFinished();
    }
  });
});
