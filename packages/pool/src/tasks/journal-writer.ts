import type { LinePlace } from './journal-index.ts';

/** The part of an open file that a journal writes through. */
export interface JournalFile {
  /** Writes all of it at this place. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Resolves when everything that was written is on the disk. */
  sync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
}

/** Appends lines, many with one write and one sync. */
export interface JournalWriter {
  /** Resolves when the line is on the disk, if `durable`, or else when it was written. After a first failure everything is refused with its cause. */
  append(line: string, options: { readonly durable: boolean }): Promise<LinePlace>;
  /** Resolves when everything that was given is written. */
  flush(): Promise<void>;
}

interface Pending {
  readonly bytes: Buffer;
  readonly durable: boolean;
  readonly place: LinePlace;
  readonly resolve: (place: LinePlace) => void;
  readonly reject: (cause: unknown) => void;
}

function refused(cause: unknown): Promise<never> {
  return new Promise((_, reject) => reject(cause));
}

/**
 * While one group of lines is being synced, the next one gathers: under load a sync is shared by all that came in the meantime, and alone a line does not wait.
 */
export function createJournalWriter(file: JournalFile, startBytes: number): JournalWriter {
  let pending: Pending[] = [];
  let position = startBytes;
  let failure: { readonly cause: unknown } | undefined;
  let writing: Promise<void> | undefined;

  async function writeGroups(): Promise<void> {
    while (pending.length > 0) {
      const group = pending;
      const [first] = group;
      if (first === undefined) return;
      pending = [];
      try {
        await file.write(Buffer.concat(group.map(({ bytes }) => bytes)), first.place.offset);
        if (group.some(({ durable }) => durable)) await file.sync();
        for (const { resolve, place } of group) resolve(place);
      } catch (cause) {
        failure = { cause };
        // Nothing that was refused may be found later as if it had been taken.
        await file.truncate(first.place.offset).catch(() => {});
        for (const { reject } of [...group, ...pending.splice(0)]) reject(cause);
      }
    }
    writing = undefined;
  }

  return {
    append(line, { durable }) {
      if (failure !== undefined) return refused(failure.cause);
      const bytes = Buffer.from(line);
      const place = { offset: position, bytes: bytes.byteLength - 1 };
      position += bytes.byteLength;
      const written = new Promise<LinePlace>((resolve, reject) => pending.push({ bytes, durable, place, resolve, reject }));
      // Begun a moment later, so that what is given together is written together.
      writing ??= Promise.resolve().then(writeGroups);
      return written;
    },
    async flush() {
      while (writing !== undefined) await writing;
    },
  };
}
