import { execFileSync, spawn } from 'node:child_process';
import { readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isOwnerAlive, thisOwner } from '../../../src/tasks/journal-lock.ts';
import { openJournal } from '../../../src/tasks/open-journal.ts';
import { done, freshJournals, task } from '../../support/tasks/journals.ts';

const fresh = freshJournals();

/** Opens hundreds of files: what is on the disk is not what is looked at. */
const unsynced: Parameters<typeof openJournal>[1] = (handle) => ({
  write: async (bytes, position) => void (await handle.write(bytes, 0, bytes.byteLength, position)),
  sync: () => Promise.resolve(),
  truncate: (bytes) => handle.truncate(bytes),
});

test('what one run wrote the next one knows, and the file is for its user alone', async () => {
  const file = fresh();
  await writeFile(file, '', { mode: 0o666 });
  const one = await openJournal(file);
  await Promise.all(['a', 'b', 'c', 'd'].map((id) => one.accepted(task(id, { context: { n: 1 } }))));
  await one.accepted(task('e', { env: { SECRET: 'x' } }));
  await one.sent('a', 1);
  await one.settled(done('a'));
  await one.sent('b', 1);
  one.session('b', 's-b');
  await one.sent('c', 1);
  one.over('c', { phase: 'sent', cause: 'crash', repeated: 1, failure: { code: 'EXIT_SIGNAL', message: 'gone' }, isCrash: true });
  await one.close();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).not.toContain('SECRET');
  const other = await openJournal(file);
  expect(other.damaged).toEqual([]);
  expect(other.known('a')).toMatchObject({ type: 'settled', success: true });
  expect(await other.read('a')).toEqual(done('a'));
  expect(other.open().map(({ id }) => id)).toEqual(['b', 'c', 'd', 'e']);
  expect(other.known('b')).toMatchObject({
    open: { attempts: 1, sessionId: 's-b', maybeSent: true, task: task('b', { context: { n: 1 } }) },
  });
  expect(other.known('c')).toMatchObject({ open: { attempts: 1, maybeSent: false, repeated: 1, crashes: [{ code: 'EXIT_SIGNAL' }] } });
  expect(other.known('d')).toMatchObject({ open: { attempts: 0, maybeSent: false } });
  expect(other.known('e')).toMatchObject({ open: { task: undefined } });
  expect(other.known('f')).toBeUndefined();
  await other.close();
});

test('cut anywhere, a journal opens, invents no task, and forgets nothing that lies before the cut', async () => {
  const file = fresh();
  const one = await openJournal(file);
  for (const id of ['a', 'b', 'c']) {
    await one.accepted(task(id));
    await one.sent(id, 1);
    if (id !== 'c') await one.settled(done(id));
  }
  await one.close();
  const whole = await readFile(file);
  const lines = whole.toString('utf8').split('\n');
  const copy = fresh();
  // Every ninth byte, and each of those around the end of a line.
  const isNearEnd = (bytes: number): boolean => whole.subarray(Math.max(0, bytes - 2), bytes + 1).includes(0x0a);
  for (let bytes = 0; bytes <= whole.byteLength; bytes += 1) {
    if (bytes % 9 !== 0 && !isNearEnd(bytes)) continue;
    await writeFile(copy, whole.subarray(0, bytes));
    const journal = await openJournal(copy, unsynced);
    expect(journal.damaged).toEqual([]);
    // The last line may be whole but for its line feed.
    const complete = lines.filter((line, index) => line !== '' && lines.slice(0, index + 1).join('\n').length <= textLength(whole, bytes));
    const said = (type: string): number => complete.filter((line) => line.startsWith(`{"type":"${type}"`)).length;
    const ids = ['a', 'b', 'c'].filter((id) => journal.known(id) !== undefined);
    expect(ids).toHaveLength(said('accepted'));
    expect(ids.filter((id) => journal.known(id)?.type === 'settled')).toHaveLength(said('settled'));
    await journal.accepted(task('z'));
    await journal.close();
    const again = await openJournal(copy, unsynced);
    expect(again.damaged).toEqual([]);
    expect(again.known('z')?.type).toBe('open');
    await again.close();
  }
}, 60_000);

function textLength(bytes: Buffer, count: number): number {
  return bytes
    .subarray(0, count)
    .toString('utf8')
    .replace(/\uFFFD+$/u, '').length;
}

test('a damaged line in the middle is reported, and open tasks count as sent from there on', async () => {
  const file = fresh();
  const one = await openJournal(file);
  await one.accepted(task('a'));
  await one.accepted(task('b'));
  await one.sent('a', 1);
  await one.accepted(task('c'));
  await one.close();
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('{"type":"sent"', '{"type":"SENT"'));
  const other = await openJournal(file);
  expect(other.damaged).toEqual([{ line: 5, why: 'its checksum does not fit' }]);
  expect(other.known('a')).toMatchObject({ open: { maybeSent: true } });
  expect(other.known('b')).toMatchObject({ open: { maybeSent: true } });
  expect(other.known('c')).toMatchObject({ open: { maybeSent: false } });
  await other.close();
});

test('a file that is something else is refused and left as it is', async () => {
  const file = fresh();
  for (const text of ['my diary\n', 'my diary', '{"type":"journal"}\n']) {
    await writeFile(file, text);
    await expect(openJournal(file)).rejects.toMatchObject({ code: 'INVALID_OPTION', option: 'journal' });
    expect(await readFile(file, 'utf8')).toBe(text);
  }
  await expect(openJournal(path.dirname(fresh()))).rejects.toMatchObject({ code: 'JOURNAL_FAILED' });
  await expect(openJournal(path.join(path.dirname(fresh()), 'missing', 'x'))).rejects.toMatchObject({
    code: 'JOURNAL_FAILED',
    message: expect.stringContaining('ENOENT') as string,
  });
  const pipe = fresh();
  execFileSync('mkfifo', [pipe]);
  await expect(openJournal(pipe)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});

test('two programs, or one twice, cannot share a journal, whatever they call it', async () => {
  const file = fresh();
  const one = await openJournal(file);
  const alias = fresh();
  await symlink(file, alias);
  for (const name of [file, alias]) {
    await expect(openJournal(name)).rejects.toMatchObject({
      code: 'JOURNAL_LOCKED',
      message: expect.stringContaining(String(process.pid)) as string,
    });
  }
  await one.close();
  const other = await openJournal(alias);
  await other.close();
});

test('the lock of a dead program is broken; that of a living one with the same pid in another life is not taken for it', async () => {
  const file = fresh();
  const self = thisOwner();
  const lock = `${file}.lock`;
  const child = spawn(process.execPath, ['-e', '0']);
  const { pid = 0 } = child;
  await new Promise((resolve) => child.once('exit', resolve));
  for (const owner of [
    { ...self, pid },
    { ...self, startTicks: (self.startTicks ?? 0) - 1 },
    { ...self, bootId: 'an earlier start of this machine' },
  ]) {
    await writeFile(lock, JSON.stringify(owner));
    const journal = await openJournal(file);
    await journal.close();
    await expect(stat(lock)).rejects.toMatchObject({ code: 'ENOENT' });
  }
  await writeFile(lock, JSON.stringify({ ...self, hostname: 'elsewhere', pid }));
  await expect(openJournal(file)).rejects.toMatchObject({ message: expect.stringContaining('elsewhere') as string });
  await writeFile(lock, 'not a lock');
  await expect(openJournal(file)).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' });
  expect(isOwnerAlive({ ...self, startTicks: undefined })).toBe(true);
});

test('of ten that want a stale lock at once one gets it', async () => {
  const file = fresh();
  for (let round = 0; round < 10; round += 1) {
    await writeFile(`${file}.lock`, JSON.stringify({ ...thisOwner(), startTicks: 1 }));
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => openJournal(file)));
    const got = tries.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(got).toHaveLength(1);
    await got[0]?.close();
  }
});
