import { isCancel, select } from '@clack/prompts';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Question } from './io.ts';
import { sized } from './sized.ts';

/** Asks on stderr, because stdout may be somebody's file. Undefined when the question was broken off by Ctrl-C, Escape or its signal. */
export async function choose({ message, choices, signal }: Question, input: ReadStream, output: WriteStream): Promise<string | undefined> {
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
