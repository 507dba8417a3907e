import { createInterface } from 'node:readline';
import type { ReadStream } from 'node:tty';
import type { LineReader, LineReaderOptions } from './io.ts';

const maxHistory = 500;

/**
 * Reads what a person types. Lines that come faster than they are asked for, as from a pipe or a paste, are kept in order. The prompt goes to stderr:
 * stdout carries answers only.
 */
export function openLineReader(options: LineReaderOptions, input: ReadStream, output: NodeJS.WriteStream): LineReader {
  const terminal = input.isTTY && output.isTTY;
  const history: string[] = [...(options.history ?? [])];
  const readline = createInterface({
    input,
    output,
    terminal,
    historySize: maxHistory,
    history: [...history].reverse(),
    removeHistoryDuplicates: true,
  });
  const waiting: string[] = [];
  let asker: ((line: string | undefined) => void) | undefined;
  let ended = false;

  const answer = (line: string | undefined): void => {
    const ask = asker;
    asker = undefined;
    ask?.(line);
  };
  readline.on('line', (line) => {
    if (line !== '') history.push(line);
    if (asker === undefined) waiting.push(line);
    else answer(line);
  });
  readline.on('SIGINT', () => options.onInterrupt());
  readline.on('close', () => {
    ended = true;
    answer(undefined);
  });

  return {
    history,
    next(prompt) {
      const line = waiting.shift();
      if (line !== undefined || ended) return Promise.resolve(line);
      return new Promise((resolve) => {
        asker = resolve;
        if (!terminal) return;
        readline.setPrompt(prompt);
        readline.prompt();
      });
    },
    [Symbol.dispose]: () => readline.close(),
  };
}
