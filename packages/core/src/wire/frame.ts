import type { ControlRequest } from './control.ts';
import type { Message } from './messages.ts';

/**
 * Who must see a frame: readers of messages, the control channel, or nobody, since it is a control frame that cannot be answered or matched.
 * `unknown` is a message of a type or shape that this version does not know.
 */
export type FrameKind = 'message' | 'unknown' | 'control_request' | 'control_response' | 'control_cancel_request' | 'invalid';

/** One decoded object. */
export type RawFrame = Readonly<Record<string, unknown>>;

/** Whether what is to be sent is a question of the host. */
export function isControlRequest(frame: object | string): frame is ControlRequest {
  return typeof frame === 'object' && (frame as RawFrame)['type'] === 'control_request';
}

function isObject(value: unknown): value is RawFrame {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasContent(message: unknown, textToo: boolean): boolean {
  if (!isObject(message)) return false;
  const content = message['content'];
  return Array.isArray(content) || (textToo && typeof content === 'string');
}

const messageIf = (fits: boolean): FrameKind => (fits ? 'message' : 'unknown');

/**
 * Sorts one decoded object by its type and by the fields without which its interface would be a lie. The type is not the first key of every frame, so
 * nothing may be decided from the text; and nothing is allocated here, because this runs once for each delta.
 */
export function sortFrame(raw: RawFrame): FrameKind {
  switch (raw['type']) {
    case 'stream_event':
      return messageIf(isObject(raw['event']));
    case 'assistant':
      return messageIf(hasContent(raw['message'], false));
    case 'user':
      return messageIf(hasContent(raw['message'], true));
    case 'system':
      return messageIf(typeof raw['subtype'] === 'string');
    case 'result':
      return messageIf(typeof raw['subtype'] === 'string' && typeof raw['is_error'] === 'boolean');
    case 'command_lifecycle':
      return messageIf(typeof raw['command_uuid'] === 'string' && typeof raw['state'] === 'string');
    case 'rate_limit_event':
      return messageIf(isObject(raw['rate_limit_info']));
    case 'conversation_reset':
      return messageIf(typeof raw['new_conversation_id'] === 'string');
    case 'tool_progress':
      return messageIf(typeof raw['tool_use_id'] === 'string');
    case 'keep_alive':
      return 'message';
    case 'control_response': {
      const response = raw['response'];
      return isObject(response) && typeof response['request_id'] === 'string' ? 'control_response' : 'invalid';
    }
    case 'control_request':
      return typeof raw['request_id'] === 'string' ? 'control_request' : 'invalid';
    case 'control_cancel_request':
      return typeof raw['request_id'] === 'string' ? 'control_cancel_request' : 'invalid';
    default:
      return 'unknown';
  }
}

/** A frame that is no control frame as a {@link Message}; one of an unknown type or shape becomes `{ type: 'unknown', raw }`. */
export function toMessage(raw: RawFrame): Message {
  return sortFrame(raw) === 'message' ? (raw as Message) : { type: 'unknown', raw };
}
