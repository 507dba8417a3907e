import { open } from 'node:fs/promises';

/** A file to which lines are added, one whole line after the other. */
export interface LineFile {
  /** Resolves when the operating system has the line: it is not lost when we are killed. */
  append(line: string): Promise<void>;
  close(): Promise<void>;
}

/** Begins the file anew. */
export async function openLineFile(path: string): Promise<LineFile> {
  const handle = await open(path, 'w');
  let tail: Promise<void> = Promise.resolve();
  return {
    append(line) {
      const written = tail.then(() => handle.appendFile(`${line}\n`));
      tail = written.catch(() => undefined);
      return written;
    },
    async close() {
      await tail;
      await handle.close();
    },
  };
}
