import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/scenario/json.ts';
import { session, user, control, types, resultsOf, textOf, plainTurn } from './fault-session.ts';

describe('faults of what is printed', () => {
  it('chunk: pieces of so many bytes, or two at one byte, and the same bytes in the end', () => {
    const sevens = session([{ name: 'chunk' }]);
    sevens.send(user('hello'));
    sevens.pass(100);
    expect(new Set(sevens.played.raw.slice(0, -1).map((piece) => piece.length > 7))).toEqual(new Set([false]));
    expect(sevens.bytes().length).toBe(plainTurn().bytes().length);
    const halves = session([{ name: 'chunk', at: 3, ms: 5 }]);
    halves.send(control('mcp_status'));
    expect(halves.played.raw.map(String)).toEqual(['{"t']);
    halves.pass(5);
    expect(halves.played.raw.map(String)[1]).toMatch(/^ype":"control_response".*\n$/su);
  });

  it('chunk: nothing is cut off at the end, however slow the pieces are', () => {
    const slow = session([{ name: 'chunk', bytes: 100, ms: 50 }]);
    slow.send(user('hello'));
    slow.behavior.end();
    slow.pass(20);
    expect(slow.played.exit).toBe(undefined);
    slow.pass(60_000);
    expect(slow.lines().map((line) => (JSON.parse(line) as JsonObject)['type'])).toEqual(['system', 'assistant', 'result']);
    expect(slow.played.exit).toBe(0);
  });

  it('no-final-lf: the result is whole but has no line feed, and the process is gone', () => {
    const fake = session([{ name: 'no-final-lf' }]);
    fake.send(user('hello'));
    fake.pass(100);
    expect(fake.bytes().at(-1)).toBe('}'.charCodeAt(0));
    expect(JSON.parse(fake.lines().at(-1)!)).toMatchObject({ type: 'result', result: 'hello' });
    expect(fake.played.exit).toBe(0);
  });

  it('truncated-last-line: half of the result, or so many bytes of the line named', () => {
    const half = session([{ name: 'truncated-last-line' }]);
    half.send(user('hello'));
    half.pass(100);
    expect(() => JSON.parse(half.lines().at(-1)!) as unknown).toThrow(SyntaxError);
    expect(half.played.exit).toBe(0);
    const first = session([{ name: 'truncated-last-line', at: 0, bytes: 10, code: 3 }]);
    first.send(control('mcp_status'));
    expect([first.bytes().toString(), first.played.exit]).toEqual(['{"type":"c', 3]);
  });

  it('crlf ends every line, bom begins the first', () => {
    const fake = session([{ name: 'bom' }, { name: 'crlf' }]);
    fake.send(user('hello'));
    fake.pass(100);
    const text = fake.bytes();
    expect([...text.subarray(0, 4)]).toEqual([0xef, 0xbb, 0xbf, 0x7b]);
    expect(text.toString().split('\r\n')).toHaveLength(4);
    expect(text.subarray(3).toString().replaceAll('\r\n', '')).not.toMatch(/[\r\n\uFEFF]/u);
  });

  it('line-separators: three of them, unescaped, in every text, and deltas that add up to it', () => {
    const fake = session([{ name: 'line-separators' }], {}, [
      '--input-format',
      'stream-json',
      '--output-format',
      'stream-json',
      '--include-partial-messages',
    ]);
    fake.send(user('hello'));
    fake.pass(100);
    const text = 'hello\u2028\u2029\u0085';
    expect(fake.bytes().toString()).toContain(text);
    const frames = fake.lines().map((line) => JSON.parse(line) as JsonObject);
    const deltas = frames.flatMap((frame) => (frame['event'] as { delta?: { text?: string } } | undefined)?.delta?.text ?? []);
    expect([deltas.join(''), textOf(frames.find((frame) => frame['type'] === 'assistant')), frames.at(-1)!['result']]).toEqual([
      text,
      text,
      text,
    ]);
  });

  it('invalid-utf8: bytes that are no text in the first so many messages', () => {
    const fake = session([{ name: 'invalid-utf8' }]);
    fake.send(user('hello'));
    fake.pass(100);
    fake.send(user('again'));
    fake.pass(100);
    const bytes = fake.bytes();
    expect(bytes.indexOf(Buffer.from([0xff, 0xc3, 0x28]))).toBeGreaterThan(0);
    expect(bytes.indexOf(Buffer.from([0xff, 0xc3, 0x28]), bytes.indexOf(0xff) + 1)).toBe(-1);
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow(TypeError);
  });

  it('noise: lines that are no JSON before every frame', () => {
    const fake = session([{ name: 'noise', lines: 2, text: '[dbg] x' }]);
    fake.send(user('hello'));
    fake.pass(100);
    expect(fake.lines().filter((line) => line === '[dbg] x')).toHaveLength(6);
    expect(types(fake.played)).toEqual(['system/init', 'assistant', 'result']);
  });

  it('oversize-line: one line of exactly so many bytes, JSON or not', () => {
    for (const [json, first] of [
      [true, '{'],
      [false, 'x'],
    ] as const) {
      const fake = session([{ name: 'oversize-line', bytes: 5000, json }]);
      fake.send(user('hello'));
      fake.pass(100);
      const long = fake.lines().filter((line) => line.length === 5000);
      expect(long.map((line) => line[0])).toEqual([first]);
      expect(resultsOf(fake.played)).toHaveLength(1);
    }
    const early = session([{ name: 'oversize-line', bytes: 3000, at: 0 }]);
    early.send(control('mcp_status'));
    expect(early.lines()[0]).toHaveLength(3000);
  });
});
