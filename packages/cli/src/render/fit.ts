import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

/** Text that is at most so many columns wide on a terminal: letters of some scripts take two. */
export function fit(text: string, columns: number): string {
  return columns <= 0 ? '' : cliTruncate(text, columns, { truncationCharacter: '…' });
}

/** The same, filled up with spaces. */
export function fill(text: string, columns: number, side: 'left' | 'right' = 'right'): string {
  const fitted = fit(text, columns);
  const space = ' '.repeat(Math.max(0, columns - stringWidth(fitted)));
  return side === 'left' ? space + fitted : fitted + space;
}

/** How many columns a text takes on a terminal. */
export function widthOf(text: string): number {
  return stringWidth(text);
}
