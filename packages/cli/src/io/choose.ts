import { isCancel, select } from '@clack/prompts';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Question } from './io.ts';
import { sized } from './sized.ts';

// What was typed before a question was on the screen takes this long to arrive, at most.
const typeAheadMs = 50;

/** Throws away what was typed before the question could be seen: it was meant for another one. */
async function dropTypeAhead(input: ReadStream): Promise<void> {
  if (!(input.isTTY as boolean | undefined)) return;
  const drop = (): void => undefined;
  input.setRawMode(true).on('data', drop).resume();
  await new Promise((resolve) => setTimeout(resolve, typeAheadMs));
  input.off('data', drop).pause();
  input.setRawMode(false);
}

/** Asks on stderr, because stdout may be somebody's file. Undefined when the question was broken off by Ctrl-C, Escape or its signal. */
export async function choose({ message, choices, signal }: Question, input: ReadStream, output: WriteStream): Promise<string | undefined> {
  await dropTypeAhead(input);
  if (signal?.aborted === true) return undefined;
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
