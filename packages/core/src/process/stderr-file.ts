import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, concatMap, defer, EMPTY, expand, filter, from, interval, type Observable, takeUntil } from 'rxjs';

/** A private temporary file that a process writes its stderr to. */
export interface StderrFile {
  /** Given to the process as its stderr. */
  readonly fd: number;
  /** What is written, as it comes; reads the rest and completes once `ended$` has spoken. */
  follow(ended$: Observable<unknown>): Observable<Buffer>;
  /** Closes the file; nothing of it is left. */
  close(): Promise<void>;
}

const pollMs = 50;
const readBytes = 64 * 1024;

/**
 * Opens the file. On POSIX systems its name is removed at once, while the process and we hold it open: it cannot be left behind, not even by a host that is
 * killed. Windows does not allow that; there it is removed when it is closed.
 */
export async function openStderrFile(): Promise<StderrFile> {
  const folder = await mkdtemp(join(tmpdir(), 'subwire-stderr-'));
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  // Appending, so that two writers of one tree do not overwrite each other.
  const file = await open(join(folder, 'stderr.log'), 'a+', 0o600).catch(async (cause: unknown) => {
    await removeFolder();
    throw cause;
  });
  if (process.platform !== 'win32') await removeFolder();
  let closed: Promise<void> | undefined;
  return {
    fd: file.fd,
    follow: (ended$) => followFile(file, ended$),
    close: () => (closed ??= file.close().then(removeFolder)),
  };
}

function followFile(file: FileHandle, ended$: Observable<unknown>): Observable<Buffer> {
  let position = 0;
  const readNext = defer(() => from(file.read(Buffer.alloc(readBytes), 0, readBytes, position)));
  const readAll = readNext.pipe(
    expand(({ bytesRead }) => {
      position += bytesRead;
      return bytesRead === 0 ? EMPTY : readNext;
    }),
    filter(({ bytesRead }) => bytesRead > 0),
    concatMap(({ buffer, bytesRead }) => [buffer.subarray(0, bytesRead)]),
  );
  const live$ = interval(pollMs).pipe(takeUntil(ended$));
  // `exhaustMap` would lose the last look; one after the other, a slow disk only delays.
  return concat(live$.pipe(concatMap(() => readAll)), readAll);
}
