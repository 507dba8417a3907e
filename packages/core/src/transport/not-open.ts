import { ClosedError } from '../errors/closed-error.ts';
import type { TransportState } from './types.ts';

const advice = {
  ALREADY_CONNECTED: 'The transport was connected before. Create a new one for another process.',
  CLOSED: 'The transport is closed. Create a new one.',
  NOT_CONNECTED: 'The transport is not connected yet. Await connect() first.',
  INPUT_ENDED: 'The input of the process has been ended. Send before endInput().',
} as const;

/** Why a transport in this state does not do what it was asked for. */
export function notOpen(code: keyof typeof advice, state: TransportState): ClosedError {
  return new ClosedError({ code, state, message: advice[code] });
}
