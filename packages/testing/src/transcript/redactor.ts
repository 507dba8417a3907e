import { createDeltaHold } from './delta-hold.ts';
import { bytesOf } from './describe-bytes.ts';
import { redactArgv } from './redact-argv.ts';
import { redactJson } from './redact-json.ts';
import { createTextRedactor } from './redact-text.ts';
import { resolveRedaction, type RecordedContext, type Redaction } from './redaction.ts';
import type { TranscriptData, TranscriptLine, TranscriptMeta } from './transcript-line.ts';

/** Takes out of one recording what must not be in it. */
export interface TranscriptRedactor {
  /** The lines to write now. A streamed text is held until it is complete, because a secret may be split over its pieces. */
  push(line: TranscriptLine): readonly TranscriptLine[];
  /** What is still held. */
  flush(): readonly TranscriptLine[];
}

/** What the events of a recording say that the wire defines; other fields are cleaned as any text. */
const eventFields: ReadonlySet<string> = new Set(['run', 't', 'dir', 'event', 'code', 'signal', 'group']);

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes the redactor of one recording. By default nothing that a person, a model or a tool said is left, see {@link Redaction}.
 *
 * @example
 * const redactor = createTranscriptRedactor({ prose: false });
 * const clean = [...lines.flatMap((line) => redactor.push(line)), ...redactor.flush()];
 */
export function createTranscriptRedactor(redaction: Redaction = {}, context: RecordedContext = {}): TranscriptRedactor {
  const resolved = resolveRedaction(redaction, context);
  const text = createTextRedactor(resolved);
  const hold = createDeltaHold(text.clean);

  const redactMeta = (line: TranscriptMeta): TranscriptMeta => {
    const rest = Object.entries(line).filter(([name]) => !eventFields.has(name) && name !== 'argv' && name !== 'cwd');
    const extra = redactJson(Object.fromEntries(rest), resolved, text) as object;
    return {
      ...line,
      ...extra,
      ...(line.argv === undefined ? {} : { argv: redactArgv(line.argv, resolved, text) }),
      ...(line.cwd === undefined ? {} : { cwd: text.clean(line.cwd) }),
    };
  };
  const redactData = (line: TranscriptData): TranscriptData => {
    const rewrite = resolved.prose === true ? text.placeholder : text.clean;
    // A line that a recorder has cut already has lost its shape: nothing in it can be told apart.
    if (line.cut === true) return { ...line, head: rewrite(line.head ?? ''), tail: rewrite(line.tail ?? '') };
    const { run, t, dir, noLf } = line;
    const value = line.json ?? (line.base64 === undefined ? parse(line.raw ?? '') : undefined);
    const said = value === undefined ? { raw: rewrite(line.raw ?? '') } : { json: redactJson(value, resolved, text) };
    const before = bytesOf(line);
    const same = bytesOf(said).equals(before);
    if (same) return line;
    return { run, t, dir, ...said, ...(noLf === true ? { noLf } : {}), edited: true, bytes: line.bytes ?? before.length };
  };
  const redact = (line: TranscriptLine): TranscriptLine => (line.dir === 'meta' ? redactMeta(line) : redactData(line));

  return {
    push: (line) => hold.push(line).map(redact),
    flush: () => hold.flush().map(redact),
  };
}
