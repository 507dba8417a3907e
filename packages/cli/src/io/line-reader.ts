import { clearScreenDown, createInterface, cursorTo, type Interface, type Key } from 'node:readline';
import type { ReadStream } from 'node:tty';
import type { LineReader, LineReaderOptions, TypedLine } from './io.ts';

const maxHistory = 500;

/** A reader that can be taken off the keyboard for a while. */
export interface NodeLineReader extends LineReader {
  /** Reads nothing until disposed. */
  suspend(): Disposable;
}

/**
 * Closes at a Ctrl-D that was typed before the line was asked for and that nobody has read yet: the terminal had taken it for an end of the input, and hands
 * it over as NUL now that it is raw. Without this it is lost, and a person who was quick sits before a prompt. Later a NUL is Ctrl-Space, which is no end.
 */
function endAtEarlyEnd(input: ReadStream, reader: Interface): void {
  const onKey = (_: string | undefined, { sequence }: Key): void => {
    if (sequence === '\0' && reader.line === '') reader.close();
  };
  const stop = (): void => void input.off('keypress', onKey);
  input.on('keypress', onKey);
  reader.once('close', stop);
  // What waits in the terminal is read in the next turn of the event loop; the first of the two may still belong to this one.
  setImmediate(() => setImmediate(stop));
}

/**
 * Reads what a person types. While a line is asked for, it can be edited, and the keyboard is ours: Ctrl-C is a key. Between lines the terminal is as it
 * was, so that Ctrl-C is a signal and what is typed meanwhile waits; lines from a pipe or a paste are kept in order. The prompt goes to stderr: stdout
 * carries answers only.
 */
export function openLineReader(options: LineReaderOptions, input: ReadStream, output: NodeJS.WriteStream): NodeLineReader {
  const terminal = (input.isTTY as boolean | undefined) === true && output.isTTY;
  const history: string[] = [...(options.history ?? [])];
  const waiting: string[] = [];
  let partial = '';
  let ended = false;
  let listening: Interface | undefined;
  let editing: Interface | undefined;
  let asker: ((typed: TypedLine) => void) | undefined;

  function settle(typed: TypedLine): void {
    const ask = asker;
    asker = undefined;
    ask?.(typed);
  }

  function onEnd(): void {
    ended = true;
    settle('ended');
  }

  /** Takes whole lines, without editing. */
  function listen(): void {
    if (ended || listening !== undefined) return;
    const reader = createInterface({ input, terminal: false });
    listening = reader;
    reader.on('line', (line) => {
      if (asker !== undefined) settle({ line });
      else if (options.onEarlyLine?.(line) !== true) waiting.push(line);
    });
    reader.on('close', () => {
      // Closed by us it is another one's turn; otherwise the input is over.
      if (listening === reader) onEnd();
    });
  }

  function stopListening(): void {
    const reader = listening;
    listening = undefined;
    reader?.close();
  }

  function edit(prompt: string, signal: AbortSignal | undefined): Promise<TypedLine> {
    stopListening();
    return new Promise((resolve) => {
      const reader = createInterface({
        input,
        output,
        terminal: true,
        prompt,
        history: [...history].reverse(),
        historySize: maxHistory,
        removeHistoryDuplicates: true,
      });
      editing = reader;
      let typed: TypedLine | undefined;
      const onAbort = (): void => close('ended');
      function close(result: TypedLine): void {
        typed ??= result;
        reader.close();
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      reader.on('line', (line) => {
        if (typed !== undefined) return void waiting.push(line);
        typed = { line };
        // A paste brings several lines at once: those behind this one are still to come.
        setImmediate(() => {
          partial = reader.line;
          reader.close();
        });
      });
      reader.on('SIGINT', () => {
        if (reader.line === '') return close('interrupted');
        reader.write(null, { ctrl: true, name: 'e' });
        reader.write(null, { ctrl: true, name: 'u' });
      });
      reader.on('close', () => {
        signal?.removeEventListener('abort', onAbort);
        editing = undefined;
        if (typed === undefined) ended = true;
        if (typed !== undefined && typeof typed === 'object' && typed.line.trim() !== '') history.push(typed.line);
        listen();
        resolve(typed ?? 'ended');
      });
      endAtEarlyEnd(input, reader);
      reader.prompt();
      if (partial !== '') reader.write(partial);
      partial = '';
      if (signal?.aborted === true) onAbort();
    });
  }

  function wait(signal: AbortSignal | undefined): Promise<TypedLine> {
    return new Promise((resolve) => {
      const onAbort = (): void => settle('ended');
      asker = (typed) => {
        signal?.removeEventListener('abort', onAbort);
        resolve(typed);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      listen();
    });
  }

  listen();
  return {
    history,
    async next(prompt, signal) {
      const line = waiting.shift();
      if (line !== undefined) return { line };
      if (ended || signal?.aborted === true) return 'ended';
      return terminal ? edit(prompt, signal) : wait(signal);
    },
    above(print) {
      if (editing === undefined) {
        print();
        return;
      }
      cursorTo(output, 0);
      clearScreenDown(output);
      print();
      editing.prompt(true);
    },
    suspend() {
      stopListening();
      return { [Symbol.dispose]: () => listen() };
    },
    [Symbol.dispose]() {
      ended = true;
      stopListening();
      // Its end may never come, and an open stdin keeps the process alive.
      input.destroy();
    },
  };
}
