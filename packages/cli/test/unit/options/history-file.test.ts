import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyPath, readHistory, writeHistory } from '../../../src/options/history-file.ts';

describe('the history of chats', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'subwire-history-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    [{ SUBWIRE_HISTORY: '/named', HOME: '/home' }, '/named'],
    [{ SUBWIRE_HISTORY: '', HOME: '/home' }, undefined],
    [{ XDG_STATE_HOME: '/state', HOME: '/home' }, '/state/subwire/history'],
    [{ HOME: '/home' }, '/home/.local/state/subwire/history'],
    [{}, undefined],
  ])('with %o is at %s', (env, wanted) => expect(historyPath(env)).toBe(wanted));

  it('keeps the last 500 lines, for their owner only', async () => {
    const file = path.join(folder, 'new', 'history');
    const lines = Array.from({ length: 600 }, (_, index) => `line ${index}`);
    await writeHistory(file, lines);
    expect(await readHistory(file)).toEqual(lines.slice(100));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is empty where there is none, and its loss is no failure', async () => {
    expect(await readHistory(path.join(folder, 'none'))).toEqual([]);
    await expect(writeHistory(path.join(folder, 'new', 'history', 'below-a-file'), ['x'])).resolves.toBeUndefined();
  });
});
