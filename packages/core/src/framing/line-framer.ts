import { decodeUtf8 } from './utf8.ts';

/** What the framer reports. */
export interface FramerEvents {
  /** A complete line without its LF. `valid` is false when bytes that are no UTF-8 were replaced by U+FFFD. */
  readonly line: (text: string, valid: boolean) => void;
  /** A line longer than the limit was dropped; called once, when its end is known. `head` holds its first characters. */
  readonly oversize: (info: { readonly bytes: number; readonly head: string }) => void;
}

/** Splits a byte stream into lines of text. */
export interface LineFramer {
  /** Takes the next bytes and reports each line that they complete, in order. The bytes must not change afterwards. */
  push(chunk: Buffer): void;
  /** Ends the stream. Returns an unterminated last line, or undefined when there is none. */
  end(): { readonly text: string; readonly valid: boolean; readonly bytes: number } | undefined;
}

/** Options of {@link createLineFramer}. */
export interface LineFramerOptions {
  /** Longest line that is kept, in bytes without its LF. */
  readonly maxLineBytes: number;
}

const lf = 0x0a;
const headBytes = 256;
const shortBytes = 4096;
const byteOrderMark = 0xfeff;
const empty = Buffer.alloc(0);

/**
 * Splits on the byte 0x0A only: a lone CR, U+0085, U+2028 and U+2029 are data. Whole lines of one chunk are decoded in one call and cut as
 * strings, because a call into the decoder per line costs more than all the rest; the pieces of an unfinished line are kept in a list and joined once,
 * so that the cost is linear in its length however it is cut. Memory never exceeds the limit plus one chunk.
 */
export function createLineFramer(options: LineFramerOptions, events: FramerEvents): LineFramer {
  const { maxLineBytes } = options;
  let pieces: Buffer[] = [];
  let pendingBytes = 0;
  let atStart = true;
  let skipped: { bytes: number; head: Buffer } | undefined;

  function emit(text: string, valid: boolean): void {
    if (atStart) {
      atStart = false;
      if (text.charCodeAt(0) === byteOrderMark) text = text.slice(1);
    }
    // One CR before the LF belongs to the line's end.
    const last = text.length - 1;
    events.line(last >= 0 && text.charCodeAt(last) === 0x0d ? text.slice(0, last) : text, valid);
  }

  function join(rest: Buffer): Buffer {
    if (pieces.length === 0) return rest;
    pieces.push(rest);
    const joined = Buffer.concat(pieces, pendingBytes + rest.length);
    pieces = [];
    pendingBytes = 0;
    return joined;
  }

  /** Drops the pending pieces and what follows until the line's end, but for its first bytes. */
  function skip(rest: Buffer): void {
    skipped ??= { bytes: 0, head: empty };
    for (const piece of [...pieces, rest]) {
      skipped.bytes += piece.length;
      const missing = headBytes - skipped.head.length;
      if (missing > 0) skipped.head = Buffer.concat([skipped.head, piece.subarray(0, missing)]);
    }
    pieces = [];
    pendingBytes = 0;
  }

  function reportSkipped(): void {
    if (skipped === undefined) return;
    const { bytes, head } = skipped;
    skipped = undefined;
    atStart = false;
    events.oversize({ bytes, head: head.toString('utf8') });
  }

  function finishLine(rest: Buffer): void {
    if (skipped !== undefined || pendingBytes + rest.length > maxLineBytes) {
      skip(rest);
      reportSkipped();
      return;
    }
    const { text, valid } = decodeUtf8(join(rest));
    emit(text, valid);
  }

  function finishLinesOneByOne(buffer: Buffer, from: number, to: number): void {
    let start = from;
    while (start < to) {
      const end = buffer.indexOf(lf, start);
      finishLine(buffer.subarray(start, end));
      start = end + 1;
    }
  }

  /** From `from` to `to` there is a whole number of lines, with their LFs. */
  function finishRun(buffer: Buffer, from: number, to: number): void {
    if (to - from > maxLineBytes) return finishLinesOneByOne(buffer, from, to);
    const text = buffer.toString('utf8', from, to);
    // Only the decoder of a single line can say which line holds the damage.
    if (text.includes('\uFFFD')) return finishLinesOneByOne(buffer, from, to);
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      emit(text.slice(start, end), true);
      start = end + 1;
    }
  }

  /** One short line that came alone, such as the answer to a question, which somebody waits for. Returns whether it was one. */
  function finishShort(buffer: Buffer): boolean {
    const { length } = buffer;
    if (length > shortBytes || length > maxLineBytes || buffer[length - 1] !== lf) return false;
    const text = buffer.toString();
    const end = text.length - 1;
    if (text.indexOf('\n') !== end || text.includes('\uFFFD')) return false;
    emit(text.slice(0, end), true);
    return true;
  }

  function keep(rest: Buffer): void {
    if (skipped !== undefined || pendingBytes + rest.length > maxLineBytes) skip(rest);
    else {
      pieces.push(rest);
      pendingBytes += rest.length;
    }
  }

  return {
    push(buffer) {
      let start = 0;
      if (pendingBytes > 0 || skipped !== undefined) {
        const first = buffer.indexOf(lf);
        if (first === -1) {
          keep(buffer);
          return;
        }
        finishLine(buffer.subarray(0, first));
        start = first + 1;
      } else if (finishShort(buffer)) return;
      const { length } = buffer;
      const last = buffer[length - 1] === lf ? length - 1 : buffer.lastIndexOf(lf);
      if (start <= last) finishRun(buffer, start, last + 1);
      const rest = Math.max(start, last + 1);
      if (rest < length) keep(rest === 0 ? buffer : buffer.subarray(rest));
    },
    end() {
      reportSkipped();
      if (pendingBytes === 0) return undefined;
      const bytes = pendingBytes;
      const { text, valid } = decodeUtf8(join(empty));
      return { text: atStart && text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text, valid, bytes };
    },
  };
}
