import { map, type OperatorFunction } from 'rxjs';
import type { Message, ResultMessage } from '@subwire/core';
import type { Piece } from './piece.ts';

function line(value: unknown): Piece {
  return { to: 'stdout', text: `${JSON.stringify(value)}\n` };
}

/** Each message as one line of JSON, as the agent said it. */
export function renderStreamJson(): OperatorFunction<Message, Piece> {
  return map((message) => line(message.type === 'unknown' ? message.raw : message));
}

/** A result as one line of JSON. */
export function renderResult(result: ResultMessage): Piece {
  return line(result);
}
