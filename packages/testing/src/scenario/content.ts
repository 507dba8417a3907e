import { isObject } from './json.ts';

/** The words of a message's content, which the wire gives as one string or as blocks. */
export function textOfContent(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((block: unknown) => (isObject(block) && typeof block['text'] === 'string' ? block['text'] : '')).join('');
}
