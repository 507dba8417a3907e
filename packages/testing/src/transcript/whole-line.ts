import { bytesOf } from './describe-bytes.ts';
import { TranscriptError, type TranscriptData } from './transcript-line.ts';

/** A recorded line as it can be said again. */
export type WholeLine = { readonly json: unknown } | { readonly bytes: Buffer };

/** Puts a line that was cut together again: the middle, which is lost, becomes as many letters. Undefined when the ends do not make JSON that way. */
function mend(line: TranscriptData): unknown {
  const head = line.head ?? '';
  const tail = line.tail ?? '';
  const missing = (line.bytes ?? 0) - Buffer.byteLength(head) - Buffer.byteLength(tail);
  try {
    return JSON.parse(`${head}${'x'.repeat(Math.max(0, missing))}${tail}`) as unknown;
  } catch {
    return undefined;
  }
}

/** The line as a value or as bytes with its line feed. Throws `UNREPLAYABLE_LINE` for a cut line whose ends do not fit together. */
export function wholeLine(line: TranscriptData, at: number): WholeLine {
  if (line.cut === true) {
    const json = mend(line);
    if (json !== undefined) return { json };
    // Of what the host sent, nothing has to be said again.
    if (line.dir === 'stdin') return { bytes: Buffer.from(line.head ?? '') };
    throw new TranscriptError(
      'UNREPLAYABLE_LINE',
      `Line ${at} of the run "${line.run}" was cut, and its ends alone make no JSON. Record it with a larger maxLineBytes.`,
      { at },
    );
  }
  if ('json' in line) return { json: line.json };
  return { bytes: Buffer.concat([bytesOf(line), Buffer.from(line.noLf === true ? '' : '\n')]) };
}

/** The object that a line of text holds, however it is spelt; undefined when it holds none. */
export function objectIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
