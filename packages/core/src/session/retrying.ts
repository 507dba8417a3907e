import type { Message } from '../wire/messages.ts';
import type { Retrying } from './types.ts';

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** What a `system/api_retry` line says; undefined for any other. Overloads are otherwise retried for minutes without a word. */
export function retryingOf(message: Message): Retrying | undefined {
  if (message.type !== 'system' || message.subtype !== 'api_retry') return undefined;
  const {
    attempt,
    max_retries: maxRetries,
    retry_delay_ms: delayMs,
    error_status: status,
    error,
  } = message as Readonly<Record<string, unknown>>;
  return {
    attempt: numberOrNull(attempt) ?? 0,
    maxRetries: numberOrNull(maxRetries),
    delayMs: numberOrNull(delayMs),
    status: numberOrNull(status),
    error: typeof error === 'string' ? error : null,
  };
}
