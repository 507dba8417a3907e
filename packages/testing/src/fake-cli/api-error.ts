import { systemFrame } from '../scenario/frames.ts';
import type { JsonObject } from '../scenario/json.ts';
import type { DisconnectReply, ErrorReply } from '../scenario/reply.ts';
import { turnUsage } from '../scenario/usage.ts';
import { wait, type AgentState } from './agent-state.ts';
import { perform, type Coroutine } from './coroutine.ts';
import { noteInterruption, sayResult, TurnInterrupted, type TurnRecord } from './turn-record.ts';

/** How the CLI reports one kind of failure. */
interface Failure {
  /** In `system/api_retry`. */
  readonly retry: string;
  /** On the synthetic assistant message. */
  readonly error: string;
  /** The API's own name for it. */
  readonly type: string | undefined;
  readonly retries: boolean;
  readonly text: string;
}

const serverSide = 'This is a server-side issue, usually temporary — try again in a moment.';

function failureOf(status: number, message: string, model: string): Failure {
  const plain = { error: 'server_error', retries: true, text: `API Error: ${status} ${message}. ${serverSide}` };
  switch (status) {
    case 400:
      return {
        retry: 'invalid_request',
        error: 'unknown',
        type: 'invalid_request_error',
        retries: false,
        text: `API Error: 400 ${message}`,
      };
    case 401:
      return {
        retry: 'authentication_failed',
        error: 'authentication_failed',
        type: 'authentication_error',
        retries: true,
        text: 'Invalid API key · Fix external API key',
      };
    case 403:
      return {
        retry: 'authentication_failed',
        error: 'authentication_failed',
        type: 'permission_error',
        retries: false,
        text: `Failed to authenticate. API Error: 403 ${message}`,
      };
    case 404: {
      const text = `There's an issue with the selected model (${model}). It may not exist or you may not have access to it. Run --model to pick a different model.`;
      return { retry: 'model_not_found', error: 'model_not_found', type: 'not_found_error', retries: false, text };
    }
    case 429:
      return {
        retry: 'rate_limit',
        error: 'rate_limit',
        type: 'rate_limit_error',
        retries: true,
        text: `API Error: Request rejected (429) · ${message}`,
      };
    case 529:
      return { ...plain, retry: 'overloaded', type: 'overloaded_error' };
    default:
      return { ...plain, retry: 'server_error', type: 'api_error' };
  }
}

const disconnected: Failure = {
  retry: 'unknown',
  error: 'server_error',
  type: undefined,
  retries: true,
  text: 'API Error: Connection to the API was lost (ECONNRESET). This is usually temporary — try again.',
};

/** Retries made before the CLI gives up. The real one makes ten; `CLAUDE_CODE_MAX_RETRIES` sets it there and here. */
function retriesOf(state: AgentState): number {
  const wanted = Number(state.host.env['CLAUDE_CODE_MAX_RETRIES'] ?? 1);
  return Number.isInteger(wanted) && wanted >= 0 ? wanted : 1;
}

/**
 * An error of the Messages API, or a connection that breaks. `retry`: it was noted and the same reply comes again. `over`: it has failed as often as the
 * script says. `failed`: the CLI has given up, which ends the turn with a result of subtype `success` and `is_error: true`.
 */
export function* apiError(
  state: AgentState,
  record: TurnRecord,
  reply: ErrorReply | DisconnectReply,
  before: number,
): Coroutine<'retry' | 'over' | 'failed'> {
  if (reply.times !== undefined && before >= reply.times) return 'over';
  const status = reply.kind === 'error' ? reply.status : null;
  const failure = reply.kind === 'error' ? failureOf(reply.status, reply.message ?? `fake ${reply.status}`, state.model) : disconnected;
  const retries = failure.retries ? retriesOf(state) : 0;
  if (before < Math.max(retries, reply.times ?? 0) && failure.retries) {
    const delay = reply.retryDelayMs ?? 5;
    state.say(
      systemFrame(state, 'api_retry', {
        attempt: before + 1,
        max_retries: retries,
        retry_delay_ms: delay,
        error_status: status,
        error: failure.retry,
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
  const names = status === null ? { api_error: 'connection_failed' } : { api_error_status: status, api_error_type: failure.type };
  state.apiRequests += 1;
  state.say(
    syntheticMessage(
      state,
      failure,
      status === null ? {} : { request_id: `req_fake_${String(state.apiRequests).padStart(6, '0')}` },
      names,
    ),
  );
  record.stopReason = 'stop_sequence';
  sayResult(state, record, { is_error: true, terminal_reason: 'api_error', api_error_status: null, ...names, result: failure.text });
  return 'failed';
}

/** The message that the CLI makes up in the place of the model's. */
function syntheticMessage(state: AgentState, failure: Failure, request: JsonObject, names: JsonObject): JsonObject {
  return {
    type: 'assistant',
    message: {
      diagnostics: null,
      id: state.uuid(),
      container: null,
      model: '<synthetic>',
      role: 'assistant',
      stop_details: null,
      stop_reason: 'stop_sequence',
      stop_sequence: '',
      type: 'message',
      usage: {
        ...turnUsage({ input: 0, output: 0 }),
        output_tokens_details: null,
        service_tier: null,
        inference_geo: null,
        iterations: null,
        speed: null,
      },
      content: [{ type: 'text', text: failure.text }],
      context_management: null,
    },
    parent_tool_use_id: null,
    session_id: state.sessionId,
    uuid: state.uuid(),
    timestamp: state.timestamp(),
    error: failure.error,
    ...request,
    is_api_error_message: true,
    ...names,
  };
}
