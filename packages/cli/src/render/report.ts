import { safeText } from './safe-text.ts';
import type { Style } from './style.ts';

/** How a check went. */
export type CheckVerdict = 'ok' | 'warning' | 'problem';

/** One thing that was looked at. */
export interface Check {
  /** A short constant, for programs. */
  readonly name: string;
  readonly verdict: CheckVerdict;
  /** One line. */
  readonly summary: string;
  /** What to do about it. */
  readonly advice?: string;
  /** More lines, for people. */
  readonly notes?: readonly string[];
  /** What was found, for programs. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

function mark(verdict: CheckVerdict, style: Style): string {
  if (verdict === 'ok') return style.green('✓');
  return verdict === 'warning' ? style.yellow('!') : style.red('✗');
}

/** A check as lines for people. Ends with a line feed. */
export function renderCheck({ name, verdict, summary, advice, notes = [] }: Check, style: Style): string {
  const lines = [
    `${mark(verdict, style)} ${style.bold(name)}: ${safeText(summary)}`,
    ...notes.map((note) => style.dim(`    ${safeText(note)}`)),
    ...(advice === undefined ? [] : [`    → ${safeText(advice)}`]),
  ];
  return `${lines.join('\n')}\n`;
}
