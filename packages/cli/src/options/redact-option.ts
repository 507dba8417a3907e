import type { Redaction } from '@subwire/testing';

/** What `--redact` may be. */
export type RedactWord = 'secrets' | 'all' | 'nothing';

/** What is taken out of a recording. Texts stay unless everything is to go: a transcript without them plays only half a conversation. */
export function redactionOf(word: RedactWord): false | Redaction {
  if (word === 'nothing') return false;
  return word === 'all' ? {} : { prose: false };
}
