import { type MonoTypeOperatorFunction, takeWhile } from 'rxjs';
import type { Message } from '../wire/messages.ts';

/** Completes with the first result, which is still delivered. */
export function untilResult(): MonoTypeOperatorFunction<Message> {
  return takeWhile((message) => message.type !== 'result', true);
}
