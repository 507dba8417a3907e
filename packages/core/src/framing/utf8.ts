const replacement = '\uFFFD';

/**
 * Decodes a whole line. Invalid bytes become U+FFFD. Says whether there were any: the replacement character alone proves nothing, since a
 * sender may write it on purpose, so the bytes are compared only when one is found.
 */
export function decodeUtf8(bytes: Buffer): { readonly text: string; readonly valid: boolean } {
  const text = bytes.toString('utf8');
  if (!text.includes(replacement)) return { text, valid: true };
  return { text, valid: Buffer.byteLength(text, 'utf8') === bytes.length && Buffer.from(text, 'utf8').equals(bytes) };
}
