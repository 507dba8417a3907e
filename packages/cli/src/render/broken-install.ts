import { safeText } from './safe-text.ts';

/** An error when not even the means to show it properly can be loaded. Ends with a line feed. */
export function renderBrokenInstall(error: unknown): string {
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return `subwire: A part of the command cannot be loaded: ${safeText(first).replace(/[.]$/, '')}. Install it again with npm install -g @subwire/cli. [BROKEN_INSTALL]\n`;
}
