import { styleText } from 'node:util';
import type { Output } from '../io/io.ts';

/** Ways to set text apart, which do nothing where colours are not wanted. */
export interface Style {
  dim(text: string): string;
  bold(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

type Format = Parameters<typeof styleText>[0];

/** The styles for one output. */
export function createStyle({ hasColors }: Pick<Output, 'hasColors'>): Style {
  // Whether the stream wants them was decided before; Node's own check knows stdout only.
  const apply =
    (format: Format) =>
    (text: string): string =>
      hasColors && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return { dim: apply('dim'), bold: apply('bold'), red: apply('red'), green: apply('green'), yellow: apply('yellow') };
}
