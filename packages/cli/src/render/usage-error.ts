import { safeText } from './safe-text.ts';

/** The word that names the command, if there is one. */
function commandOf(argv: readonly string[]): string {
  const [first] = argv;
  return first === undefined || first.startsWith('-') ? 'subwire' : `subwire ${first}`;
}

/** An error about the command line itself, with the way to its help. Ends with a line feed. */
export function renderUsageError(message: string, argv: readonly string[]): string {
  // The parser begins its messages with this word and sometimes adds a suggestion on a line of its own.
  const text = safeText(message)
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  const sentence = `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?)]$/.test(text) ? '' : '.'}`;
  return `subwire: ${sentence} See ${commandOf(argv)} --help. [USAGE]\n`;
}
