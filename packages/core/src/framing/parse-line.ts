/** What a line turned out to be. */
export type ParsedLine =
  | { readonly kind: 'object'; readonly value: Readonly<Record<string, unknown>> }
  /** Nothing but white space. */
  | { readonly kind: 'blank' }
  /** Not meant as a frame: a log line, a number, an array. */
  | { readonly kind: 'noise' }
  /** Opens like an object and does not parse. */
  | { readonly kind: 'invalid'; readonly reason: string };

const blank: ParsedLine = { kind: 'blank' };
const noise: ParsedLine = { kind: 'noise' };

/** Whether the first character that is not white space opens an object. */
function opensObject(text: string): boolean | undefined {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x7b) return true;
    // JSON's own white space, and the byte order mark of a line that was glued together from files.
    if (code !== 0x20 && code !== 0x09 && code !== 0x0d && code !== 0xfeff) return false;
  }
  return undefined;
}

/** Turns one line into an object, or says why it is none. Only objects are frames: a log line such as `[dbg] {...}` must not end a stream. */
export function parseLine(text: string): ParsedLine {
  if (text.charCodeAt(0) !== 0x7b) {
    const opens = opensObject(text);
    if (opens === undefined) return blank;
    if (!opens) return noise;
    text = text.trim();
  }
  try {
    return { kind: 'object', value: JSON.parse(text) as Readonly<Record<string, unknown>> };
  } catch (error) {
    return { kind: 'invalid', reason: error instanceof Error ? error.message : String(error) };
  }
}
