import { safeText } from './safe-text.ts';
import type { Style } from './style.ts';

// A picture in base64 would scroll everything else out of sight.
const maxLength = 4000;

const marks = { stdin: '→', stdout: '←', stderr: '!' } as const;

/** One line that went to the agent (→), came from it (←), or came on its stderr (!). Ends with a line feed. */
export function renderDebugLine(direction: keyof typeof marks, line: string, style: Style): string {
  const cut = line.length > maxLength ? `${line.slice(0, maxLength)}… [${line.length} characters]` : line;
  return `${style.dim(`${marks[direction]} ${safeText(cut)}`)}\n`;
}
