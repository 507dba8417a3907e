import { PassThrough } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { describe, expect, it } from 'vitest';
import { type NodeLineReader, openLineReader } from '../../../src/io/line-reader.ts';

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function onTerminal(): { readonly lines: NodeLineReader; readonly input: PassThrough } {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const output = Object.assign(new PassThrough().resume(), { isTTY: true, columns: 80, rows: 24 });
  return { lines: openLineReader({}, input as unknown as ReadStream, output as unknown as NodeJS.WriteStream), input };
}

describe('openLineReader() on a terminal', () => {
  it('takes an end of the input that was typed just before the line was asked for, which the terminal hands over as NUL', async () => {
    const { lines, input } = onTerminal();
    using _lines = lines;
    const typed = lines.next('> ');
    input.write('\0');
    expect(await typed).toBe('ended');
    expect(await lines.next('> ')).toBe('ended');
  });

  it('takes a NUL for the key that it is while a line is typed', async () => {
    const { lines, input } = onTerminal();
    using _lines = lines;
    const typed = lines.next('> ');
    for (let turn = 0; turn < 3; turn++) await tick();
    input.write('\0');
    await tick();
    input.write('hello\r');
    expect(await typed).toEqual({ line: 'hello' });
  });
});
