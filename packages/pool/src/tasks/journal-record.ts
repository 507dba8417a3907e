import { crc32 } from 'node:zlib';
import type { TaskCause, TaskPhase } from './retry-table.ts';
import type { AgentTask, TaskFailure, TaskResult } from './types.ts';

/** One line of a journal. */
export type JournalRecord =
  /** The first line. */
  | { readonly type: 'journal'; readonly version: number }
  /** A run has begun to write. */
  | { readonly type: 'run'; readonly pid: number }
  /** `task` is missing when it has options that no file can hold. */
  | { readonly type: 'accepted'; readonly id: string; readonly digest: string; readonly task?: AgentTask }
  /** The prompt is about to be written. */
  | { readonly type: 'sent'; readonly id: string; readonly attempt: number }
  | { readonly type: 'session'; readonly id: string; readonly sessionId: string }
  /** An attempt ended, and another one is to come. */
  | {
      readonly type: 'over';
      readonly id: string;
      readonly phase: TaskPhase;
      readonly cause: TaskCause;
      readonly repeated: number;
      readonly failure?: TaskFailure | undefined;
      readonly isCrash: boolean;
    }
  | { readonly type: 'settled'; readonly id: string; readonly result: TaskResult };

export const journalVersion = 1;

const checksum = /,"crc":"([0-9a-f]{8})"\}$/;

function crcOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

/** A record as one line of JSON, its line feed included; its last field is the CRC-32 of all that comes before it. */
export function encodeRecord(record: JournalRecord): string {
  const body = JSON.stringify(record);
  return `${body.slice(0, -1)},"crc":"${crcOf(body)}"}\n`;
}

/** A record of a line without its line feed, or why it is none. */
export function decodeRecord(line: string): { readonly record: JournalRecord } | { readonly why: string } {
  const sum = checksum.exec(line);
  if (sum === null) return { why: 'it has no checksum' };
  const body = `${line.slice(0, sum.index)}}`;
  if (crcOf(body) !== sum[1]) return { why: 'its checksum does not fit' };
  try {
    const record = JSON.parse(body) as Partial<JournalRecord>;
    return typeof record.type === 'string' ? { record: record as JournalRecord } : { why: 'it has no type' };
  } catch {
    return { why: 'it is not JSON' };
  }
}
