// Everything that a terminal may act on, line feed and tab excepted: C0, DEL, C1.
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text that a terminal only shows: what an agent read from a file may hold sequences that move the cursor or retitle the window. */
export function safeText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(controls, '');
}

/** The same on one line of at most so many characters. */
export function oneLine(text: string, maxLength: number): string {
  const flat = safeText(text).replace(/\s+/g, ' ').trim();
  const characters = [...flat];
  return characters.length <= maxLength ? flat : `${characters.slice(0, Math.max(0, maxLength - 1)).join('')}…`;
}
