import { isCancel, select } from '@clack/prompts';
import type { Readable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import type { Question } from './io.ts';

const assumed: Readonly<Record<PropertyKey, number>> = { columns: 80, rows: 24 };

/** The same terminal with a size: one that does not know its own says 0, and text that is wrapped at 0 characters is one letter a line. */
function sized(output: WriteStream): WriteStream {
  if (output.columns > 0 && output.rows > 0) return output;
  return new Proxy(output, {
    get(target, name) {
      const value: unknown = assumed[name] ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...given: unknown[]) => unknown).bind(target) : value;
    },
  });
}

/** Asks on stderr, because stdout may be somebody's file. Undefined when the question was broken off by Ctrl-C, Escape or its signal. */
export async function choose({ message, choices, signal }: Question, input: Readable, output: WriteStream): Promise<string | undefined> {
  const options = choices.map(({ value, label, hint }) => ({ value, label, ...(hint !== undefined && { hint }) }));
  const answer = await select<string>({
    message,
    options,
    input,
    output: sized(output),
    ...(signal !== undefined && { signal }),
  });
  return isCancel(answer) ? undefined : answer;
}
