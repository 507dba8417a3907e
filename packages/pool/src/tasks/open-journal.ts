import { constants, createReadStream } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { PoolError } from '../policy/pool-error.ts';
import { refuse } from './check-task.ts';
import { digestOf } from './digest.ts';
import { createJournalIndex, type JournalIndex } from './journal-index.ts';
import { lockJournal } from './journal-lock.ts';
import { decodeRecord, encodeRecord, journalVersion, type JournalRecord } from './journal-record.ts';
import type { TaskJournal } from './journal-types.ts';
import { createJournalWriter, type JournalFile } from './journal-writer.ts';
import type { AgentTask } from './types.ts';

const lineFeed = 0x0a;

/** Reads all lines. Returns where the last whole one ends, and what comes after it. */
async function readLines(file: string, index: JournalIndex): Promise<{ readonly goodBytes: number; readonly rest: Buffer }> {
  const pieces: Buffer[] = [];
  let offset = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, from)) {
      const line = Buffer.concat([...pieces.splice(0), chunk.subarray(from, at)]);
      index.addLine(line.toString('utf8'), { offset, bytes: line.byteLength });
      offset += line.byteLength + 1;
      from = at + 1;
    }
    if (from < chunk.byteLength) pieces.push(chunk.subarray(from));
  }
  return { goodBytes: offset, rest: Buffer.concat(pieces) };
}

async function syncFolder(file: string): Promise<void> {
  // Windows cannot open a folder, and needs no such thing.
  const folder = await open(path.dirname(file), 'r').catch(() => undefined);
  try {
    await folder?.sync();
  } catch {
    // A file system that cannot is one that need not.
  } finally {
    await folder?.close();
  }
}

function throughHandle(handle: FileHandle): JournalFile {
  return {
    async write(bytes, position) {
      for (let done = 0; done < bytes.byteLength;) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, position + done);
        done += bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    truncate: (bytes) => handle.truncate(bytes),
  };
}

/** A task as the file can hold it; undefined when a part of it exists only in this process, or is not for a file. */
function storable({ session, env, ...task }: AgentTask): AgentTask | undefined {
  return session === undefined && env === undefined ? task : undefined;
}

/** The error of a journal that can no longer be written. */
function unwritable(file: string, cause: unknown): PoolError {
  const { code } = cause as { readonly code?: unknown };
  const message = `The journal ${file} cannot be written${typeof code === 'string' ? ` (${code})` : ''}: nothing further is started. Make room, and run again with the same journal.`;
  return new PoolError({ code: 'JOURNAL_FAILED', message, cause });
}

/** Reads what is there, and mends the end: what a crash has torn is cut off, for nobody was told that it was written. */
async function load(file: string, handle: FileHandle): Promise<{ readonly index: JournalIndex; readonly bytes: number }> {
  const index = createJournalIndex();
  const { goodBytes, rest } = await readLines(file, index);
  let bytes = goodBytes;
  if (rest.byteLength > 0) {
    const last = rest.toString('utf8');
    if ('record' in decodeRecord(last)) {
      index.addLine(last, { offset: goodBytes, bytes: rest.byteLength });
      bytes = goodBytes + rest.byteLength + 1;
      await handle.write('\n', bytes - 1);
    } else if (index.isJournal || encodeRecord({ type: 'journal', version: journalVersion }).startsWith(last)) {
      await handle.truncate(goodBytes);
    } else refuse('journal', `${file} is not a journal, and is left as it is. Name another file.`);
  }
  if (bytes > 0 && !index.isJournal) refuse('journal', `${file} is not a journal, and is left as it is. Name another file.`);
  if ((index.version ?? journalVersion) > journalVersion) {
    refuse('journal', `${file} was written by a newer version of this library (${String(index.version)}). Update, or begin a new journal.`);
  }
  return { index, bytes };
}

/**
 * Opens a journal, or begins one; only for the user (0600), and only for one program at a time.
 * @throws PoolError `JOURNAL_LOCKED` when it is in use, `JOURNAL_FAILED` when it cannot be written; ConfigError `INVALID_OPTION` when it is something else
 */
export async function openJournal(file: string, through: (handle: FileHandle) => JournalFile = throughHandle): Promise<TaskJournal> {
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK a named pipe would be waited for.
    handle = await open(file, constants.O_RDWR | constants.O_CREAT | (constants.O_NONBLOCK ?? 0), 0o600);
  } catch (cause) {
    throw unwritable(file, cause);
  }
  let unlock: (() => Promise<void>) | undefined;
  try {
    if (!(await handle.stat()).isFile()) refuse('journal', `${file} is not a file. Name another one.`);
    const real = await realpath(file);
    unlock = await lockJournal(real);
    await handle.chmod(0o600);
    const { index, bytes } = await load(real, handle);
    const journal = over(file, handle, index, createJournalWriter(through(handle), bytes), unlock);
    await journal.begin(bytes === 0);
    if (bytes === 0) await syncFolder(real);
    return journal.journal;
  } catch (cause) {
    await unlock?.();
    await handle.close();
    throw cause;
  }
}

function over(
  file: string,
  handle: FileHandle,
  index: JournalIndex,
  writer: ReturnType<typeof createJournalWriter>,
  unlock: () => Promise<void>,
): { readonly journal: TaskJournal; begin(isNew: boolean): Promise<void> } {
  async function write(record: JournalRecord, durable: boolean): Promise<void> {
    try {
      index.add(record, await writer.append(encodeRecord(record), { durable }));
    } catch (cause) {
      throw unwritable(file, cause);
    }
  }

  const journal: TaskJournal = {
    damaged: index.damaged,
    known: (id) => index.known(id),
    open: () => index.open(),
    async read(id) {
      const place = index.placeOf(id);
      if (place === undefined) return undefined;
      const buffer = Buffer.alloc(place.bytes);
      await handle.read(buffer, 0, place.bytes, place.offset);
      const decoded = decodeRecord(buffer.toString('utf8'));
      return 'record' in decoded && decoded.record.type === 'settled' ? decoded.record.result : undefined;
    },
    accepted(task) {
      const stored = storable(task);
      return write({ type: 'accepted', id: task.id, digest: digestOf(task), ...(stored && { task: stored }) }, true);
    },
    sent: (id, attempt) => write({ type: 'sent', id, attempt }, true),
    session: (id, sessionId) => void write({ type: 'session', id, sessionId }, false).catch(() => {}),
    over: (id, note) => void write({ type: 'over', id, ...note }, false).catch(() => {}),
    settled: (result) => write({ type: 'settled', id: result.id, result }, true),
    async close() {
      await writer.flush();
      await handle.close();
      await unlock();
    },
  };
  return {
    journal,
    async begin(isNew) {
      if (isNew) await write({ type: 'journal', version: journalVersion }, false);
      await write({ type: 'run', pid: process.pid }, true);
    },
  };
}
