import { textOfContent } from '../scenario/content.ts';
import { isObject, type JsonObject } from '../scenario/json.ts';
import type { UserMessage } from './agent-state.ts';

/** What a line of stdin is to the CLI: a frame, nothing that it looks at, or its death with this sentence on stderr. */
export type InputLine =
  | { readonly kind: 'frame'; readonly frame: JsonObject }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'fatal'; readonly message: string };

export function decodeInputLine(text: string): InputLine {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'ignored' };
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    const type = /"type"\s*:\s*"([^"]*)"/u.exec(trimmed)?.[1] ?? 'unknown';
    return fatal(type, trimmed, 'SyntaxError');
  }
  if (value === null) return fatal('unknown', trimmed, 'TypeError');
  return isObject(value) ? { kind: 'frame', frame: value } : { kind: 'ignored' };
}

function fatal(type: string, text: string, error: string): InputLine {
  return { kind: 'fatal', message: `Error parsing streaming input line (type=${type}, ${text.length} chars): ${error}` };
}

export function isInitialize(frame: JsonObject): boolean {
  return frame['type'] === 'control_request' && isObject(frame['request']) && frame['request']['subtype'] === 'initialize';
}

/** The message of a `user` line; undefined for one whose content the CLI passes over; the sentence of its death for another role. */
export function decodeUserMessage(frame: JsonObject): UserMessage | string | undefined {
  const message = isObject(frame['message']) ? frame['message'] : {};
  if (message['role'] !== 'user') return `Error: Expected message role 'user', got '${String(message['role'])}'`;
  const { content } = message;
  if (typeof content !== 'string' && !Array.isArray(content)) return undefined;
  return {
    uuid: typeof frame['uuid'] === 'string' ? frame['uuid'] : undefined,
    content,
    text: textOfContent(content),
    queries: frame['shouldQuery'] !== false,
    priority: typeof frame['priority'] === 'string' ? frame['priority'] : 'next',
  };
}
