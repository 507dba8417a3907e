/** What a typed line means. */
export type ChatLine =
  | { readonly kind: 'prompt'; readonly text: string }
  | { readonly kind: 'command'; readonly name: string; readonly argument: string }
  /** More is needed; `text` is what has been gathered. */
  | { readonly kind: 'more'; readonly state: ChatInput }
  | { readonly kind: 'empty' };

/** What has been typed of a prompt of several lines. */
export interface ChatInput {
  readonly lines: readonly string[];
  /** Whether three double quotes are open. */
  readonly quoted: boolean;
}

/** Nothing has been typed. */
export const emptyInput: ChatInput = Object.freeze({ lines: Object.freeze([]), quoted: false });

const fence = '"""';

function finish(lines: readonly string[]): ChatLine {
  const text = lines.join('\n').trim();
  return text === '' ? { kind: 'empty' } : { kind: 'prompt', text };
}

/**
 * Reads one more line. A line that ends in an odd number of backslashes goes on; `"""` opens and closes a text in which nothing else has a meaning; a
 * first line that begins with a slash and a letter is a command, as long as there is no second slash in its first word, which is a path.
 */
export function takeChatLine({ lines, quoted }: ChatInput, line: string): ChatLine {
  if (quoted) {
    const end = line.trimEnd();
    if (!end.endsWith(fence)) return { kind: 'more', state: { lines: [...lines, line], quoted } };
    return finish([...lines, end.slice(0, -fence.length)]);
  }
  if (lines.length === 0) {
    const command = /^\/([a-z]+)(?:\s+(.*))?$/s.exec(line.trim());
    if (command !== null) return { kind: 'command', name: command[1] ?? '', argument: (command[2] ?? '').trim() };
    const start = line.trimStart();
    if (start.startsWith(fence)) return takeChatLine({ lines: [], quoted: true }, start.slice(fence.length));
  }
  const slashes = /\\*$/.exec(line)?.[0].length ?? 0;
  if (slashes % 2 === 1) return { kind: 'more', state: { lines: [...lines, line.slice(0, -1)], quoted } };
  return finish([...lines, line]);
}
