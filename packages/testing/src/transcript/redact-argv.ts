import type { ResolvedRedaction } from './redaction.ts';
import type { TextRedactor } from './redact-text.ts';
import { builtInTools } from './wire-words.ts';

/** Values of flags that say something about the wire and nothing about the user. */
const plainValue =
  /^(?:\d+(?:\.\d+)?|stream-json|text|json|stdio|default|acceptEdits|plan|bypassPermissions|dontAsk|auto|low|medium|high|xhigh|max|claude-[\w.-]+|opus|sonnet|haiku)$/;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Rewrites a command line: flags stay, and of their values those that the wire defines. */
export function redactArgv(argv: readonly string[], redaction: ResolvedRedaction, text: TextRedactor): readonly string[] {
  const isPlain = (raw: string): boolean =>
    plainValue.test(raw) || uuid.test(raw) || raw.split(',').every((name) => builtInTools.has(name));
  const value = (raw: string): string => (redaction.prose === false || isPlain(raw) ? text.clean(raw) : text.placeholder(raw));
  return argv.map((word, index) => {
    if (index === 0) return text.clean(word);
    const flag = /^(-[-\w]*)(?:=([\s\S]*))?$/.exec(word);
    if (flag === null) return value(word);
    return flag[2] === undefined ? text.clean(word) : `${flag[1] ?? ''}=${value(flag[2])}`;
  });
}
