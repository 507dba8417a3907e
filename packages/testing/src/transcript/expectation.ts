import { isObject, type JsonObject } from '../scenario/json.ts';
import { isPlaceholder } from './redact-text.ts';
import type { StepPlaceholders } from './step-placeholders.ts';

/** A text that redaction took away can be anything in a replay. */
function lenient(value: unknown): unknown {
  if (typeof value === 'string')
    return isPlaceholder(value) || value.includes('[secret]') ? '$any' : value.startsWith('$') ? `$${value}` : value;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    // One word or a list of blocks is the same to the wire; of a list of texts that were taken away not even the number is known.
    if (items.length > 0 && items.every((item) => isObject(item) && item['type'] === 'text' && isPlaceholder(String(item['text']))))
      return '$any';
    return items.map(lenient);
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, lenient(item)]));
}

function pick(value: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.flatMap((name) => (value[name] === undefined ? [] : [[name, value[name]]])));
}

/** Of the hooks that a host registers, the names of its callbacks matter: the process calls them by these. */
function expectedHooks(hooks: unknown, placeholders: StepPlaceholders): JsonObject {
  if (!isObject(hooks)) return {};
  const events = Object.entries(hooks).flatMap(([event, matchers]) => {
    if (!Array.isArray(matchers) || matchers.length === 0) return [];
    const list = (matchers as readonly unknown[]).map((matcher) => {
      const ids = isObject(matcher) ? matcher['hookCallbackIds'] : undefined;
      return { hookCallbackIds: Array.isArray(ids) ? ids.map((id) => placeholders.name('hook', String(id))) : [] };
    });
    return [[event, list] as const];
  });
  return events.length === 0 ? {} : { hooks: Object.fromEntries(events) };
}

function expectedRequest(frame: JsonObject, placeholders: StepPlaceholders): JsonObject {
  const request = isObject(frame['request']) ? frame['request'] : {};
  const id = typeof frame['request_id'] === 'string' ? { request_id: placeholders.name('request', frame['request_id']) } : {};
  if (!isObject(frame['request'])) return { type: 'control_request', ...id };
  // What else an initialize carries (agents, servers, prompts) is the host's own business.
  const body =
    request['subtype'] === 'initialize'
      ? { subtype: 'initialize', ...expectedHooks(request['hooks'], placeholders) }
      : (lenient(request) as JsonObject);
  return { type: 'control_request', ...id, request: body };
}

function expectedAnswer(frame: JsonObject): JsonObject {
  const response = frame['response'];
  if (!isObject(response)) return { type: 'control_response' };
  const head = pick(response, ['subtype', 'request_id']);
  if (response['subtype'] === 'error') return { type: 'control_response', response: head };
  const payload = isObject(response['response']) ? response['response'] : undefined;
  if (payload === undefined) return { type: 'control_response', response: head };
  // Two servers word the same answer differently; that there is one, and to which call, is what the process waits for.
  const mcp = payload['mcp_response'];
  const body = isObject(mcp) ? { mcp_response: { ...pick(mcp, ['id']), ...('error' in mcp ? { error: '$any' } : {}) } } : lenient(payload);
  return { type: 'control_response', response: { ...(lenient(head) as JsonObject), response: body } };
}

/** The shape that a recorded line of stdin asks of the host in a replay: what the wire means, not how one host happens to spell it. */
export function expectationOf(frame: JsonObject, placeholders: StepPlaceholders): JsonObject {
  switch (frame['type']) {
    case 'control_request':
      return expectedRequest(frame, placeholders);
    case 'control_response':
      return expectedAnswer(frame);
    case 'user': {
      const uuid = typeof frame['uuid'] === 'string' ? { uuid: placeholders.name('message', frame['uuid']) } : {};
      const message = isObject(frame['message']) ? { message: lenient(pick(frame['message'], ['role', 'content'])) } : {};
      return { type: 'user', ...(lenient(pick(frame, ['priority', 'shouldQuery'])) as JsonObject), ...uuid, ...message };
    }
    default:
      return lenient(pick(frame, ['type', 'subtype', 'request_id'])) as JsonObject;
  }
}
