import type { ApiReply } from './script.ts';

const types: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** The body that the Messages API sends with an HTTP error. */
export function errorBody(status: number, reply: Pick<ApiReply, 'message' | 'errorType'> = {}, requestId?: string): object {
  const type = reply.errorType ?? types[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  const error = { type, message: reply.message ?? `Scripted error ${status} of the fake API` };
  return requestId === undefined ? { type: 'error', error } : { type: 'error', error, request_id: requestId };
}
