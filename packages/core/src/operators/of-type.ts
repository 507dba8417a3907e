import { filter, type OperatorFunction } from 'rxjs';
import type { Message } from '../wire/messages.ts';

/** Only the messages of one type, narrowed to it. */
export function ofType<T extends Message['type']>(type: T): OperatorFunction<Message, Extract<Message, { type: T }>> {
  return filter((message): message is Extract<Message, { type: T }> => message.type === type);
}
