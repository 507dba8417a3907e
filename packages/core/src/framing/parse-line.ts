/** Why a line is no frame. */
export type NoFrame =
  /** Nothing but white space. */
  | { readonly kind: 'blank' }
  /** Not meant as a frame: a log line, a number, an array. */
  | { readonly kind: 'noise' }
  /** Opens like an object and does not parse. */
  | { readonly kind: 'invalid'; readonly reason: string };

const blank: NoFrame = { kind: 'blank' };
const noise: NoFrame = { kind: 'noise' };
const openingBrace = 0x7b;

/** Whether the first character that is not white space opens an object; undefined when there is none. */
function opensObject(text: string): boolean | undefined {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === openingBrace) return true;
    // JSON's own white space, and the byte order mark of a line that was glued together from files.
    if (code !== 0x20 && code !== 0x09 && code !== 0x0d && code !== 0xfeff) return false;
  }
  return undefined;
}

/** The object that a line holds, or undefined when it holds none; {@link explainLine} then says why. */
export function parseLine(text: string): Readonly<Record<string, unknown>> | undefined {
  const opens = text.charCodeAt(0) === openingBrace;
  if (!opens && opensObject(text) !== true) return undefined;
  try {
    return JSON.parse(opens ? text : text.trim()) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** Why {@link parseLine} found no object. Only objects are frames: a log line such as `[dbg] {...}` must not end a stream. */
export function explainLine(text: string): NoFrame {
  const opens = opensObject(text);
  if (opens === undefined) return blank;
  if (!opens) return noise;
  try {
    JSON.parse(text.trim());
    return noise;
  } catch (error) {
    return { kind: 'invalid', reason: error instanceof Error ? error.message : String(error) };
  }
}
