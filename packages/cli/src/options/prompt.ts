import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Io } from '../io/io.ts';
import { UsageError } from './usage-error.ts';

/** Where a prompt may come from. */
export interface PromptSource {
  /** The positional argument; `-` means stdin. */
  readonly argument: string | undefined;
  /** The path of `--file`. */
  readonly file: string | undefined;
}

async function fromFile(path: string, io: Io): Promise<string> {
  try {
    return new TextDecoder().decode(await readFile(resolve(io.cwd, path)));
  } catch (cause) {
    const errno = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new UsageError(`The prompt file ${path} cannot be read (${errno}). Check the path of --file.`);
  }
}

/**
 * The prompt: the argument, the file, or stdin when it is no terminal. Stdin is left alone when there is another source: an inherited stdin that never
 * ends would hold the run for ever.
 * @throws UsageError when there is none, when it is empty, or when there are two
 */
export async function readPrompt({ argument, file }: PromptSource, io: Io): Promise<string> {
  if (argument !== undefined && file !== undefined)
    throw new UsageError('A prompt and --file exclude each other. Give the one or the other.');
  if (file !== undefined) return notEmpty(await fromFile(file, io), `The prompt file ${file}`);
  if (argument !== undefined && argument !== '-') return notEmpty(argument, 'The prompt');
  if (argument === undefined && io.stdin.isTerminal)
    throw new UsageError('There is no prompt. Give it as an argument, as in subwire run "hello", or pipe it in.');
  return notEmpty(await io.stdin.readAll(), 'The prompt from stdin');
}

function notEmpty(text: string, what: string): string {
  if (text.trim() === '') throw new UsageError(`${what} is empty. Give the agent something to answer.`);
  // The line feed that echo puts at the end is no part of what was meant.
  return text.replace(/\r?\n$/, '');
}
