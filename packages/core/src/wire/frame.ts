import type { ControlCancelRequest, ControlRequest, ControlResponse } from './control.ts';
import type { Message } from './messages.ts';

/** One decoded frame, sorted by who must see it. */
export type Frame =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'control_request'; readonly frame: ControlRequest }
  | { readonly kind: 'control_response'; readonly frame: ControlResponse }
  | { readonly kind: 'control_cancel_request'; readonly frame: ControlCancelRequest }
  /** A control frame that nobody can answer or match, such as one without an id. */
  | { readonly kind: 'invalid'; readonly reason: string; readonly raw: Readonly<Record<string, unknown>> };

type Raw = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a frame of a known type has the fields without which its interface would be a lie. Everything else stays as it came. */
function hasShape(raw: Raw): boolean {
  switch (raw['type']) {
    case 'stream_event':
      return isObject(raw['event']);
    case 'assistant':
      return isObject(raw['message']) && Array.isArray(raw['message']['content']);
    case 'user': {
      if (!isObject(raw['message'])) return false;
      const content = raw['message']['content'];
      return typeof content === 'string' || Array.isArray(content);
    }
    case 'system':
      return typeof raw['subtype'] === 'string';
    case 'result':
      return typeof raw['subtype'] === 'string' && typeof raw['is_error'] === 'boolean';
    case 'command_lifecycle':
      return typeof raw['command_uuid'] === 'string' && typeof raw['state'] === 'string';
    case 'rate_limit_event':
      return isObject(raw['rate_limit_info']);
    case 'conversation_reset':
      return typeof raw['new_conversation_id'] === 'string';
    case 'tool_progress':
      return typeof raw['tool_use_id'] === 'string';
    case 'keep_alive':
      return true;
    default:
      return false;
  }
}

/** A frame that is no control frame as a {@link Message}; one of an unknown type or shape becomes `{ type: 'unknown', raw }`. */
export function toMessage(raw: Raw): Message {
  return hasShape(raw) ? (raw as Message) : { type: 'unknown', raw };
}

/** Sorts one decoded object. The type is not the first key of every frame, so nothing may be decided from the text. */
export function toFrame(raw: Raw): Frame {
  switch (raw['type']) {
    case 'control_response': {
      const response = raw['response'];
      if (isObject(response) && typeof response['request_id'] === 'string')
        return { kind: 'control_response', frame: raw as unknown as ControlResponse };
      return { kind: 'invalid', reason: 'a control_response without a request id', raw };
    }
    case 'control_request': {
      if (typeof raw['request_id'] !== 'string') return { kind: 'invalid', reason: 'a control_request without a request id', raw };
      return { kind: 'control_request', frame: raw as unknown as ControlRequest };
    }
    case 'control_cancel_request': {
      if (typeof raw['request_id'] !== 'string') return { kind: 'invalid', reason: 'a control_cancel_request without a request id', raw };
      return { kind: 'control_cancel_request', frame: raw as unknown as ControlCancelRequest };
    }
    default:
      return { kind: 'message', message: toMessage(raw) };
  }
}
