import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPrompt } from '../../../src/options/prompt.ts';
import { createFakeIo } from '../../support/fake-io.ts';

describe('readPrompt', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'subwire-prompt-'));
    await writeFile(path.join(folder, 'prompt.txt'), 'from the file\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('takes the argument and leaves stdin alone', async () => {
    const io = createFakeIo({ stdin: 'piped' });
    const untouched = { ...io, stdin: { ...io.stdin, readAll: () => Promise.reject(new Error('stdin was read')) } };
    expect(await readPrompt({ argument: 'hello', file: undefined }, untouched)).toBe('hello');
  });

  it.each(['-', undefined])('reads stdin for %s, without the last line feed', async (argument) => {
    expect(await readPrompt({ argument, file: undefined }, createFakeIo({ stdin: 'one\ntwo\n' }))).toBe('one\ntwo');
  });

  it('reads a file', async () => {
    const io = createFakeIo({ cwd: folder });
    expect(await readPrompt({ argument: undefined, file: 'prompt.txt' }, io)).toBe('from the file');
  });

  it.each([
    ['there is a terminal and no prompt', {}, createFakeIo(), /no prompt/],
    ['stdin is empty', {}, createFakeIo({ stdin: ' \n' }), /stdin is empty/],
    ['the argument is empty', { argument: '' }, createFakeIo(), /prompt is empty/],
    ['there are two prompts', { argument: 'a', file: 'b' }, createFakeIo(), /exclude each other/],
    ['the file is missing', { file: 'nowhere.txt' }, createFakeIo(), /nowhere\.txt cannot be read \(ENOENT\)/],
  ])('is a usage error when %s', async (_name, source, io, message) => {
    const whole = { argument: undefined, file: undefined, ...source };
    await expect(readPrompt(whole, io)).rejects.toMatchObject({ code: 'USAGE', message: expect.stringMatching(message) as string });
  });
});
