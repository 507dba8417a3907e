import { ResultError, type ResultMessage } from '@subwire/core';

// The statuses after which the same request may succeed.
const retryableStatus = new Set([408, 429, 500, 502, 503, 504, 529]);

/** The error for a result in which the agent reports a failure. */
export function resultError(result: ResultMessage): ResultError {
  const errors = result.errors?.filter((text) => text.trim() !== '') ?? [];
  const apiStatus = result.api_error_status ?? undefined;
  const said = errors.length > 0 ? errors.join('; ') : (result.result ?? result.subtype);
  return new ResultError({
    code: 'RESULT_ERROR',
    subtype: result.subtype,
    errors,
    apiStatus,
    sessionId: result.session_id,
    retryable: apiStatus !== undefined && retryableStatus.has(apiStatus),
    message: `The agent ended with an error${apiStatus === undefined ? '' : ` (HTTP ${apiStatus})`}: ${said}`,
  });
}
