import type { TaskResult } from '@subwire/pool';
import type { Output } from '../../io/io.ts';
import { safeText } from '../safe-text.ts';
import { createStyle } from '../style.ts';

/** The answer to a task under a line with its name. Ends with an empty line. */
export function renderTaskText({ id, output = '', status }: TaskResult, stdout: Pick<Output, 'isTerminal' | 'hasColors'>): string {
  const text = stdout.isTerminal ? safeText(output) : output;
  const head = createStyle(stdout).bold(`── ${safeText(id)}${status === 'done' ? '' : ` (${status})`} ──`);
  return `${head}\n${text.trimEnd()}\n\n`;
}
