import { stat, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { digestOf } from '../../../src/tasks/digest.ts';
import { encodeRecord, type JournalRecord } from '../../../src/tasks/journal-record.ts';
import { createJournalWriter } from '../../../src/tasks/journal-writer.ts';
import { openJournal } from '../../../src/tasks/open-journal.ts';
import { until } from '../../support/tasks/collect.ts';
import { done, freshJournals, task } from '../../support/tasks/journals.ts';

const fresh = freshJournals();

test('many records share one sync; a record alone does not wait for others', async () => {
  let syncs = 0;
  let writes = 0;
  let release: () => void = () => {};
  const writer = createJournalWriter(
    {
      write: () => Promise.resolve(void (writes += 1)),
      sync: () =>
        new Promise((resolve) => {
          syncs += 1;
          release = resolve;
        }),
      truncate: () => Promise.resolve(),
    },
    0,
  );
  const first = writer.append('one\n', { durable: true });
  await until(() => syncs === 1);
  const rest = Array.from({ length: 100 }, () => writer.append('more\n', { durable: true }));
  release();
  expect(await first).toEqual({ offset: 0, bytes: 3 });
  await until(() => syncs === 2);
  release();
  expect((await Promise.all(rest)).at(-1)).toEqual({ offset: 4 + 99 * 5, bytes: 4 });
  expect([writes, syncs]).toEqual([2, 2]);
  await writer.append('cheap\n', { durable: false });
  expect(syncs).toBe(2);
});

test('after a failed write everything is refused, and what may have been written of it is cut off', async () => {
  const file = fresh();
  let isFull = false;
  const cut: number[] = [];
  const journal = await openJournal(file, (handle) => ({
    async write(bytes, position) {
      await handle.write(bytes, 0, isFull ? 10 : bytes.byteLength, position);
      if (isFull) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    },
    sync: () => handle.datasync(),
    async truncate(bytes) {
      cut.push(bytes);
      await handle.truncate(bytes);
    },
  }));
  await journal.accepted(task('a'));
  const { size } = await stat(file);
  isFull = true;
  const tries = await Promise.allSettled([journal.accepted(task('b')), journal.sent('a', 1), journal.accepted(task('c'))]);
  expect(tries.every((result) => result.status === 'rejected' && /ENOSPC/.test(String(result.reason)))).toBe(true);
  isFull = false;
  await expect(journal.accepted(task('d'))).rejects.toMatchObject({ code: 'JOURNAL_FAILED' });
  await journal.close();
  expect(cut).toEqual([size]);
  const again = await openJournal(file);
  expect(again.open()).toMatchObject([{ id: 'a', open: { maybeSent: false } }]);
  await again.close();
});

test('a journal of 10 000 tasks is read in less than two seconds', async () => {
  const file = fresh();
  const ids = Array.from({ length: 10_000 }, (_, index) => `t${index}`);
  const records: JournalRecord[] = [
    { type: 'journal', version: 1 },
    ...ids.map((id) => ({ type: 'accepted' as const, id, digest: digestOf(task(id)), task: task(id) })),
    ...ids.map((id) => ({ type: 'sent' as const, id, attempt: 1 })),
    ...ids.slice(0, 9_990).map((id) => ({ type: 'settled' as const, id, result: done(id) })),
  ];
  await writeFile(file, records.map(encodeRecord).join(''));
  const startedAtMs = performance.now();
  const other = await openJournal(file);
  const tookMs = performance.now() - startedAtMs;
  expect(other.open()).toHaveLength(10);
  expect(await other.read('t5000')).toEqual(done('t5000'));
  await other.close();
  expect(tookMs).toBeLessThan(2_000);
});
