import { SubwireError } from '@subwire/core';
import { adviceOn } from './advice.ts';
import { safeText } from './safe-text.ts';
import type { Style } from './style.ts';

function sentence(text: string): string {
  const trimmed = safeText(text).trim();
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** The first sentence of a library error, whose own advice speaks of options that a user of the command does not have. */
function withoutAdvice(error: SubwireError): string {
  const { message } = error;
  return /^(CLI_|CWD_|INTERPRETER_|JOURNAL_|UNREQUESTED_)/.test(error.code)
    ? (/^.*?[.](?=\s+[A-Z]|$)/s.exec(message)?.[0] ?? message)
    : message;
}

/** An error for people: what happened, what to do, and the code to search for. Ends with a line feed. */
export function renderError(error: unknown, style: Style): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  const message = SubwireError.is(error) ? withoutAdvice(error) : error instanceof Error ? error.message : String(error);
  const advice = adviceOn(error);
  const label = typeof code === 'string' ? code : 'UNEXPECTED';
  return `${style.red('subwire:')} ${sentence(message)}${advice === undefined ? '' : ` ${advice}`} ${style.dim(`[${label}]`)}\n`;
}
