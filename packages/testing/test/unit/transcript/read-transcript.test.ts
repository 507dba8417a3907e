import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseTranscript, readTranscript } from '../../../src/index.ts';
import { bytesOf, cutLong, describeBytes } from '../../../src/transcript/describe-bytes.ts';

const folder = new URL('../../fixtures/transcripts/', import.meta.url);
const line = (extra: object): string => JSON.stringify({ run: 'a', t: 0, dir: 'stdout', ...extra });

describe('readTranscript', () => {
  it.each(readdirSync(folder))('reads %s and loses nothing', async (name) => {
    const runs = await readTranscript(new URL(name, folder));
    const lines = [...runs.values()].flat();
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.map((one) => JSON.stringify(one)).join('\n')).toBe((await readFile(new URL(name, folder), 'utf8')).trimEnd());
    for (const [label, run] of runs) expect(new Set(run.map((one) => one.run))).toEqual(new Set([label]));
  });

  it('keeps the runs apart although their lines are mixed, and passes over empty lines', () => {
    const text = `${line({ raw: '1' })}\n\n${line({ run: 'b', raw: '2' })}\r\n${line({ json: null })}\n`;
    const runs = parseTranscript(text);
    expect([...runs.keys()]).toEqual(['a', 'b']);
    expect(runs.get('a')).toEqual([
      { run: 'a', t: 0, dir: 'stdout', raw: '1' },
      { run: 'a', t: 0, dir: 'stdout', json: null },
    ]);
  });

  it.each([
    'not json',
    '"text"',
    'null',
    '[]',
    '{"run":"a","t":0,"dir":"stdout"}',
    '{"run":"a","t":0,"dir":"sideways","raw":""}',
    '{"run":"a","dir":"stdout","raw":""}',
    '{"t":0,"dir":"stdout","raw":""}',
    '{"run":"a","t":0,"dir":"meta","raw":"x"}',
  ])('says in which line %j stands', (bad) => {
    expect(() => parseTranscript(`${line({ raw: 'fine' })}\n${bad}`, 'file.ndjson')).toThrow(
      expect.objectContaining({
        name: 'TranscriptError',
        code: 'INVALID_TRANSCRIPT',
        at: 2,
        message: expect.stringContaining('file.ndjson:2'),
      }),
    );
  });

  it('rejects with the error of the file system when there is no file', async () => {
    await expect(readTranscript('/nowhere/at/all.ndjson')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a line', () => {
  it.each([
    ['{"a":1,"b":[null,"é\u2028"]}', 'json'],
    ['12', 'json'],
    ['{"a": 1}', 'raw'],
    ['{"a":1.0}', 'raw'],
    ['{"a":9007199254740993}', 'raw'],
    ['{"a":"\\u00e9"}', 'raw'],
    ['{"a":1,"a":2}', 'raw'],
    ['{"a":1}\r', 'raw'],
    ['\ufeff{"a":1}', 'raw'],
    ['', 'raw'],
    ['plain', 'raw'],
  ])('%j is kept as %s', (text, kind) => {
    const described = describeBytes(Buffer.from(text));
    expect(Object.keys(described)).toEqual([kind]);
    expect(bytesOf(described).toString()).toBe(text);
  });

  it('that is no UTF-8 is kept in base64 besides', () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
    const described = describeBytes(bytes);
    expect(described).toEqual({ raw: '{\ufffd}', base64: 'e/99' });
    expect(bytesOf(described)).toEqual(bytes);
  });

  it('that is too long has its long texts shortened', () => {
    const json = { type: 'assistant', list: [{ text: 'x'.repeat(10_000) }, 'short'] };
    const { length } = JSON.stringify(json);
    expect(cutLong({ json }, length)).toEqual({ json });
    const text = `${'x'.repeat(2000)}…[6000 chars left out]…${'x'.repeat(2000)}`;
    expect(cutLong({ json }, length - 1)).toEqual({ json: { type: 'assistant', list: [{ text }, 'short'] }, edited: true, bytes: length });
    expect(cutLong({ json, edited: true, bytes: 99_999 }, length - 1)).toMatchObject({ edited: true, bytes: 99_999 });
  });

  it('that is too long for another reason keeps its ends, its length and its type', () => {
    const json = { type: 'assistant', list: Array.from({ length: 5000 }, () => 1) };
    const text = JSON.stringify(json);
    expect(cutLong({ json }, 500)).toEqual({
      cut: true,
      bytes: text.length,
      type: 'assistant',
      head: text.slice(0, 2000),
      tail: text.slice(-2000),
    });
    expect(cutLong({ raw: 'y'.repeat(5000), noLf: true }, 10)).toMatchObject({ cut: true, bytes: 5000, noLf: true });
  });
});
