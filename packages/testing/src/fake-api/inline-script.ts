import type { ApiRequestBody } from './request.ts';
import { checkReply, type ApiReply } from './script.ts';

/** A script found in a prompt, and how far the conversation has come since. */
export interface InlineScript {
  readonly steps: readonly ApiReply[];
  /** How many replies the model has given since the prompt. */
  readonly replied: number;
  /** The same text for the same prompt of the same conversation, different otherwise. */
  readonly key: string;
}

const opening = '<<fake ';

/** The end of the JSON value that begins at `from`: quotes and brackets are respected, so `>>` inside a string ends nothing. */
function endOfJson(text: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    if (depth === 0 && !quoted) return at + 1;
  }
  return text.length;
}

/** The last script in a text, as its JSON. Scripts inside scripts (a prompt for a subagent) are part of the outer one. */
export function lastScriptIn(text: string): string | undefined {
  let found: string | undefined;
  for (let at = text.indexOf(opening); at >= 0;) {
    const end = endOfJson(text, at + opening.length);
    found = text.slice(at + opening.length, end);
    at = text.indexOf(opening, end);
  }
  return found;
}

/** Names that a script inside a prompt may use for a field, besides the field's own. */
const shortNames: Readonly<Record<string, keyof ApiReply>> = {
  count: 'chunks',
  size: 'chunkBytes',
  everyMs: 'chunkDelayMs',
  ms: 'delayMs',
};

function withLongNames(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [shortNames[name] ?? name, field as unknown]));
}

function textsOf(content: unknown): readonly string[] {
  if (typeof content === 'string') return [content];
  if (!Array.isArray(content)) return [];
  // Results of tools are left out: a tool that prints a prompt must not script the model.
  return (content as readonly { readonly type?: string; readonly text?: unknown }[]).flatMap((block) =>
    block.type === 'text' && typeof block.text === 'string' ? [block.text] : [],
  );
}

/**
 * The newest script that the user's side of a conversation holds. Throws {@link FakeApiError} when it is not a reply, and SyntaxError when it is not
 * JSON. A conversation is told from another by everything before the script, so two prompts with the same script do not share their progress.
 */
export function findInlineScript(body: ApiRequestBody): InlineScript | undefined {
  const messages = body.messages ?? [];
  for (let at = messages.length - 1; at >= 0; at--) {
    const message = messages[at];
    if (message?.role !== 'user') continue;
    const json = textsOf(message.content)
      .map(lastScriptIn)
      .findLast((script) => script !== undefined);
    if (json === undefined) continue;
    const value: unknown = JSON.parse(json);
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const steps = list.map((step, index) => checkReply(withLongNames(step), `inline.${index}`));
    const replied = messages.slice(at + 1).filter(({ role }) => role === 'assistant').length;
    return { steps, replied, key: `${at}:${json}` };
  }
  return undefined;
}
