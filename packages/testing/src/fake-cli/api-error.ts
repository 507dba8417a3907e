import { assistantFrame, systemFrame } from '../scenario/frames.ts';
import type { ErrorReply } from '../scenario/reply.ts';
import { wait, type AgentState } from './agent-state.ts';
import { perform, type Coroutine } from './coroutine.ts';
import { noteInterruption, sayResult, TurnInterrupted, type TurnRecord } from './turn-record.ts';

/** How the CLI names a status: in retry notes, on its own message, and as the API's own error type. */
interface StatusNames {
  readonly retry: string;
  readonly error: string;
  readonly type: string;
  readonly retries: boolean;
}

function namesOf(status: number): StatusNames {
  switch (status) {
    case 400:
      return { retry: 'invalid_request', error: 'unknown', type: 'invalid_request_error', retries: false };
    case 401:
      return { retry: 'authentication_failed', error: 'authentication_failed', type: 'authentication_error', retries: true };
    case 403:
      return { retry: 'authentication_failed', error: 'authentication_failed', type: 'permission_error', retries: false };
    case 404:
      return { retry: 'model_not_found', error: 'model_not_found', type: 'not_found_error', retries: false };
    case 429:
      return { retry: 'rate_limit', error: 'rate_limit', type: 'rate_limit_error', retries: true };
    case 529:
      return { retry: 'overloaded', error: 'server_error', type: 'overloaded_error', retries: true };
    default:
      return { retry: 'server_error', error: 'server_error', type: 'api_error', retries: true };
  }
}

/** Retries made before the CLI gives up. The real one makes ten; `CLAUDE_CODE_MAX_RETRIES` sets it there and here. */
function retriesOf(state: AgentState): number {
  const wanted = Number(state.host.env['CLAUDE_CODE_MAX_RETRIES'] ?? 1);
  return Number.isInteger(wanted) && wanted >= 0 ? wanted : 1;
}

/**
 * An error of the Messages API. `retry`: it was noted and the same reply comes again. `over`: it has failed as often as the script says. `failed`: the
 * CLI has given up, which ends the turn with a result of subtype `success` and `is_error: true`.
 */
export function* apiError(
  state: AgentState,
  record: TurnRecord,
  reply: ErrorReply,
  before: number,
): Coroutine<'retry' | 'over' | 'failed'> {
  if (reply.times !== undefined && before >= reply.times) return 'over';
  const names = namesOf(reply.status);
  const retries = names.retries ? retriesOf(state) : 0;
  if (before < retries) {
    const delay = reply.retryDelayMs ?? 5;
    state.say(
      systemFrame(state, 'api_retry', {
        attempt: before + 1,
        max_retries: retries,
        retry_delay_ms: delay,
        error_status: reply.status,
        error: names.retry,
      }),
    );
    try {
      yield* perform(wait(state, delay));
    } catch (reason) {
      if (reason instanceof TurnInterrupted && reason.noted) noteInterruption(state, record, false);
      throw reason;
    }
    return 'retry';
  }
  const text = `API Error: ${reply.status} ${reply.message ?? `fake ${reply.status}`}`;
  const frame = assistantFrame({ ...contextOf(state), model: '<synthetic>' }, state.uuid(), [{ type: 'text', text }], {
    error: names.error,
    request_id: `req_fake_${String(++state.apiRequests).padStart(6, '0')}`,
    is_api_error_message: true,
    api_error_status: reply.status,
    api_error_type: names.type,
  });
  state.say(frame);
  record.stopReason = 'stop_sequence';
  sayResult(state, record, {
    is_error: true,
    terminal_reason: 'api_error',
    api_error_status: reply.status,
    api_error_type: names.type,
    result: text,
  });
  return 'failed';
}

function contextOf(state: AgentState): Pick<AgentState, 'sessionId' | 'cwd' | 'uuid' | 'timestamp'> {
  return { sessionId: state.sessionId, cwd: state.cwd, uuid: () => state.uuid(), timestamp: () => state.timestamp() };
}
