import type { TranscriptData } from './transcript-line.ts';

/** The part of a transcript line that is about the line itself. */
export type DescribedLine = Pick<TranscriptData, 'json' | 'raw' | 'base64'>;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Describes the bytes of one line: as JSON when that loses nothing, as text otherwise, and as base64 besides when they are no text. */
export function describeBytes(bytes: Uint8Array): DescribedLine {
  let text: string;
  try {
    text = strict.decode(bytes);
  } catch {
    return { raw: Buffer.from(bytes).toString('utf8'), base64: Buffer.from(bytes).toString('base64') };
  }
  const json = parseExactly(text);
  return json === undefined ? { raw: text } : { json };
}

function parseExactly(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // A number beyond 2^53, an escape, a space, a key that comes twice: whatever printing would change stays text.
    return JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes that a described line stands for. */
export function bytesOf(line: DescribedLine): Buffer {
  if (line.base64 !== undefined) return Buffer.from(line.base64, 'base64');
  return Buffer.from(line.raw ?? JSON.stringify(line.json), 'utf8');
}

/** How much of a line that is too long is kept at each end, in characters. */
const keptEnds = 2000;

function shorten(value: unknown): unknown {
  if (typeof value === 'string')
    return value.length <= 3 * keptEnds
      ? value
      : `${value.slice(0, keptEnds)}…[${value.length - 2 * keptEnds} chars left out]…${value.slice(-keptEnds)}`;
  if (Array.isArray(value)) return value.map(shorten);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shorten(item)]));
}

/** Makes a described line that has more bytes than allowed short: by its long texts where that is enough, otherwise down to its two ends. */
export function cutLong(line: Omit<TranscriptData, 'run' | 't' | 'dir'>, maxLineBytes: number): Omit<TranscriptData, 'run' | 't' | 'dir'> {
  const bytes = bytesOf(line);
  if (bytes.length <= maxLineBytes) return line;
  const json = line.json === undefined ? undefined : shorten(line.json);
  if (json !== undefined && Buffer.byteLength(JSON.stringify(json)) <= maxLineBytes)
    return { ...line, json, edited: true, bytes: line.bytes ?? bytes.length };
  const text = bytes.toString('utf8');
  const type = (line.json as { readonly type?: unknown } | undefined)?.type;
  return {
    cut: true,
    bytes: bytes.length,
    ...(typeof type === 'string' ? { type } : {}),
    head: text.slice(0, keptEnds),
    tail: text.slice(-keptEnds),
    ...(line.noLf === true ? { noLf: true } : {}),
  };
}
