import { concatWith, from, lastValueFrom, type Observable, of, throwError, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { decodeLines, defaultPatterns, detectPatterns, ofType, textLines, textOf, toUsage, untilResult } from '@subwire/core/operators';
import type { Message } from '@subwire/core';

const all = <T>(stream: Observable<T>): Promise<T[]> => lastValueFrom(stream.pipe(toArray()));
const assistant = (id: string, text: string, more: object = {}): Message => ({
  type: 'assistant',
  message: { id, model: 'm', content: [{ type: 'text', text }] },
  ...more,
});
const delta = (text: string, more: object = {}): Message => ({
  type: 'stream_event',
  event: { type: 'content_block_delta', delta: { type: 'text_delta', text } },
  ...more,
});
const begin = (id: string): Message => ({ type: 'stream_event', event: { type: 'message_start', message: { id } } });
const result = (more: object = {}): Message => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  duration_ms: 1,
  duration_api_ms: 1,
  num_turns: 1,
  session_id: 's',
  ...more,
});

describe('textOf', () => {
  test('takes whole blocks where no pieces come, and never the repetition in the result', async () => {
    expect(await all(of(assistant('1', 'one'), assistant('2', 'two'), result({ result: 'two' })).pipe(textOf()))).toEqual(['one', 'two']);
  });

  test('takes the pieces where they come, although the whole block comes in the midst of them', async () => {
    const stop: Message = { type: 'stream_event', event: { type: 'content_block_stop' } };
    expect(
      await all(of(begin('1'), delta('o'), delta('ne'), assistant('1', 'one'), stop, result({ result: 'one' })).pipe(textOf())),
    ).toEqual(['o', 'ne']);
  });

  test('takes the block of a message that came without pieces after one that came in pieces', async () => {
    expect(await all(of(begin('1'), delta('one'), assistant('1', 'one'), assistant('2', 'two')).pipe(textOf()))).toEqual(['one', 'two']);
  });

  test('leaves out subagents and the prose of API failures', async () => {
    const other = { parent_tool_use_id: 'toolu_1' };
    expect(
      await all(
        of(assistant('1', 'sub', other), delta('sub', other), assistant('2', 'Overloaded', { error: 'overloaded' })).pipe(textOf()),
      ),
    ).toEqual([]);
  });

  test('keeps its state per subscription and passes errors on', async () => {
    const stream = of(begin('1'), delta('a'), assistant('1', 'a')).pipe(textOf());
    expect([await all(stream), await all(stream)]).toEqual([['a'], ['a']]);
    await expect(all(throwError(() => new Error('x')).pipe(textOf()))).rejects.toThrow('x');
  });
});

test('ofType narrows, untilResult ends with the first result', async () => {
  const messages = [assistant('1', 'a'), result(), assistant('2', 'b')];
  expect(await all(from(messages).pipe(ofType('assistant')))).toEqual([messages[0], messages[2]]);
  expect(await all(from(messages).pipe(untilResult()))).toEqual(messages.slice(0, 2));
});

describe('detectPatterns', () => {
  test('finds the five kinds of the default, all matches of a line, with their groups', async () => {
    const lines = [
      ['TO', 'DO: write it BUG'].join(''),
      '**Engineer**: build it',
      'Task(review, deep)',
      'Error: it broke',
      'Warning: thin ice',
      'nothing',
    ];
    const found = await all(from(lines).pipe(detectPatterns()));
    expect(found.map(({ kind, match, line }) => [kind, ...match.slice(1), line])).toEqual([
      ['ticket', 'write it BUG', lines[0]],
      ['delegation', 'Engineer', 'build it', lines[1]],
      ['taskTool', 'review, deep', lines[2]],
      ['error', 'it broke', lines[3]],
      ['warning', 'thin ice', lines[4]],
    ]);
    expect(Object.keys(defaultPatterns)).toEqual(['ticket', 'delegation', 'taskTool', 'error', 'warning']);
  });

  test('takes own patterns, finds each match and leaves a global expression as it was', async () => {
    const number = /\d+/g;
    number.lastIndex = 3;
    const found = await all(of('1 and 22', '333').pipe(detectPatterns({ number })));
    expect(found.map(({ match }) => match[0])).toEqual(['1', '22', '333']);
    expect(number.lastIndex).toBe(3);
  });

  test('with textLines, a match may lie across two pieces of text', async () => {
    const found = await all(of('Err', 'or: it ', 'broke\r\nWarn', 'ing: x').pipe(textLines(), detectPatterns()));
    expect(found.map(({ kind, match }) => [kind, match[1]])).toEqual([
      ['error', 'it broke'],
      ['warning', 'x'],
    ]);
  });
});

describe('decodeLines', () => {
  test('cuts at LF alone, decodes characters across chunks, and delivers the rest', async () => {
    const bytes = Buffer.from('é☕😀\u2028x\r\nlast');
    const chunks = [...bytes].map((byte) => Uint8Array.of(byte));
    expect(await all(from(chunks).pipe(decodeLines()))).toEqual(['é☕😀\u2028x', 'last']);
  });

  test('a line that is too long is an error', async () => {
    await expect(all(of(Buffer.from('aaaa\n')).pipe(decodeLines({ maxLineBytes: 3 })))).rejects.toMatchObject({
      code: 'LINE_TOO_LONG',
      bytes: 4,
      limit: 3,
    });
  });

  test('an error of the source passes through', async () => {
    const source = of(Buffer.from('a\nb')).pipe(concatWith(throwError(() => new Error('gone'))));
    const seen: string[] = [];
    await expect(
      new Promise((resolve, reject) =>
        source.pipe(decodeLines()).subscribe({ next: (line) => seen.push(line), error: reject, complete: () => resolve(0) }),
      ),
    ).rejects.toThrow('gone');
    expect(seen).toEqual(['a']);
  });
});

test('P44 toUsage gives what each turn added; a total that falls starts anew and never goes below zero', async () => {
  const usage = (input: number, cost: number): object => ({
    modelUsage: { m: { inputTokens: input, outputTokens: 1, cacheReadInputTokens: 0, cacheCreationInputTokens: 0, costUSD: cost } },
  });
  const turns = await all(
    of(result(usage(10, 1)), result(usage(25, 2)), result(usage(40, 4)), result(usage(5, 0.5)), result()).pipe(toUsage()),
  );
  expect(turns.map((turn) => [turn.raw.inputTokens, turn.delta.inputTokens, turn.delta.costUsd])).toEqual([
    [10, 10, 1],
    [25, 15, 1],
    [40, 15, 2],
    [5, 5, 0.5],
  ]);
});
