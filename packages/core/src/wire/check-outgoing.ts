import { ProtocolError } from '../errors/protocol-error.ts';
import { wrongField } from './control-fields.ts';
import { userFrame } from './outgoing.ts';

function refuse(reason: string, raw: unknown): never {
  throw new ProtocolError({
    code: 'INVALID_OUTGOING',
    issues: [reason],
    raw,
    message: `The frame was not sent: ${reason}. The CLI would refuse it or end at once, in the middle of a turn too, without a result.`,
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkUser(frame: Readonly<Record<string, unknown>>): void {
  const message = frame['message'];
  if (!isObject(message)) refuse('a user frame needs a message object', frame);
  if (message['role'] !== 'user') refuse("the message of a user frame needs role: 'user'", frame);
  const content = message['content'];
  if (typeof content !== 'string' && !Array.isArray(content))
    refuse('the content of a user message must be a string or an array of blocks', frame);
}

function checkRequest(frame: Readonly<Record<string, unknown>>): void {
  const request = frame['request'];
  if (!isObject(request) || typeof request['subtype'] !== 'string') refuse('a control_request needs a request with a subtype', frame);
  if (typeof frame['request_id'] !== 'string') refuse('a control_request needs a request_id', frame);
  const wrong = wrongField(request['subtype'], request);
  if (wrong !== undefined) refuse(wrong, frame);
}

/**
 * What is to be written, corrected where that is safe (a string becomes a user's line) and refused where the real CLI would exit at once: `null`, a
 * list, a user frame without a message, a control_request without a request; and where it would answer with an error: a known request with a field missing
 * or of another kind.
 * @throws ProtocolError `INVALID_OUTGOING`
 */
export function checkOutgoing(frame: unknown): object {
  if (typeof frame === 'string') return userFrame(frame, undefined);
  if (!isObject(frame)) refuse('a frame must be an object', frame);
  switch (frame['type']) {
    case 'control_request':
      checkRequest(frame);
      break;
    case 'user':
      checkUser(frame);
      break;
    case 'control_response':
      if (!isObject(frame['response'])) refuse('a control_response needs a response object', frame);
      break;
    case undefined:
      break;
    default:
      if (typeof frame['type'] !== 'string') refuse('the type of a frame must be a string', frame);
  }
  return frame;
}
