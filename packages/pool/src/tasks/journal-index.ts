import type { DamagedLine, KnownTask, OpenTask } from './journal-types.ts';
import { decodeRecord, type JournalRecord } from './journal-record.ts';

/** Where a line lies in the file, in bytes; its line feed not included. */
export interface LinePlace {
  readonly offset: number;
  readonly bytes: number;
}

/** What the lines of a journal say, taken together. Results stay in the file: only their places are kept. */
export interface JournalIndex {
  readonly damaged: readonly DamagedLine[];
  /** Whether any line was a record. */
  readonly isJournal: boolean;
  /** The version that the file says it has; undefined: it does not. */
  readonly version: number | undefined;
  known(id: string): KnownTask | undefined;
  open(): readonly { readonly id: string; readonly open: OpenTask }[];
  /** Where the result of a settled task lies. */
  placeOf(id: string): LinePlace | undefined;
  /** Takes in the next line. */
  addLine(line: string, place: LinePlace): void;
  /** Takes in a record that was just written. */
  add(record: JournalRecord, place: LinePlace): void;
}

const nothing: OpenTask = Object.freeze({
  task: undefined,
  attempts: 0,
  repeated: 0,
  crashes: [],
  sessionId: undefined,
  maybeSent: false,
});

/** An open task after a further record about it. */
function advance(open: OpenTask, record: JournalRecord): OpenTask {
  switch (record.type) {
    case 'sent':
      return { ...open, attempts: record.attempt, maybeSent: true };
    case 'session':
      return { ...open, sessionId: record.sessionId };
    case 'over': {
      const crashes = record.isCrash && record.failure !== undefined ? [...open.crashes, record.failure] : open.crashes;
      const wasSent = record.phase !== 'waiting' && record.phase !== 'leased';
      // An attempt that ended before anything was written was announced all the same.
      const attempts = open.maybeSent && !wasSent ? Math.max(0, open.attempts - 1) : open.attempts;
      return { ...open, attempts, crashes, repeated: record.repeated, maybeSent: false };
    }
    default:
      return open;
  }
}

interface Known {
  readonly digest: string;
  open: OpenTask | undefined;
  success: boolean;
  place: LinePlace | undefined;
}

export function createJournalIndex(): JournalIndex {
  const tasks = new Map<string, Known>();
  const damaged: DamagedLine[] = [];
  let version: number | undefined;
  let isJournal = false;
  let lines = 0;

  function add(record: JournalRecord, place: LinePlace): void {
    isJournal = true;
    if (record.type === 'journal') version = record.version;
    if (record.type === 'journal' || record.type === 'run') return;
    const { id } = record;
    if (record.type === 'accepted') {
      if (!tasks.has(id))
        tasks.set(id, { digest: record.digest, open: { ...nothing, task: record.task }, success: false, place: undefined });
      return;
    }
    const known = tasks.get(id);
    // A task is settled once: whatever comes later is an echo of an attempt that was given up.
    if (known?.open === undefined) return;
    if (record.type === 'settled') {
      known.open = undefined;
      known.success = record.result.success;
      known.place = place;
    } else known.open = advance(known.open, record);
  }

  return {
    damaged,
    get isJournal() {
      return isJournal;
    },
    get version() {
      return version;
    },
    known(id) {
      const found = tasks.get(id);
      if (found === undefined) return undefined;
      const { digest, open, success } = found;
      return open === undefined ? { digest, type: 'settled', success } : { digest, type: 'open', open };
    },
    open: () => [...tasks].flatMap(([id, { open }]) => (open === undefined ? [] : [{ id, open }])),
    placeOf: (id) => tasks.get(id)?.place,
    addLine(line, place) {
      lines += 1;
      const decoded = decodeRecord(line);
      if ('record' in decoded) {
        add(decoded.record, place);
        return;
      }
      damaged.push({ line: lines, why: decoded.why });
      // The line may have said of any open task that its prompt was written: taking that for granted repeats nothing that must not be.
      for (const known of tasks.values()) if (known.open !== undefined) known.open = { ...known.open, maybeSent: true };
    },
    add,
  };
}
