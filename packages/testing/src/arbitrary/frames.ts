import fc from 'fast-check';
import { awkwardTexts, jsonObjects, jsonValues } from './json.ts';

/** A frame of the wire as plain JSON. */
export type Frame = Readonly<Record<string, unknown>> & { readonly type: string };

/** The kinds of frames that {@link frames} knows. */
export const frameKinds = Object.freeze([
  'system-init',
  'system-other',
  'assistant',
  'user',
  'result',
  'result-error',
  'stream-event',
  'rate-limit',
  'control-request',
  'control-response',
  'control-cancel',
  'keep-alive',
  'unknown',
] as const);

/** One of {@link frameKinds}. */
export type FrameKind = (typeof frameKinds)[number];

const uuids = fc.uuid();
const count = fc.nat({ max: 1_000_000 });
const usage = fc.record({ input_tokens: count, output_tokens: count, cache_creation_input_tokens: count, cache_read_input_tokens: count });
const toolId = fc.stringMatching(/^[0-9a-f]{8}$/).map((id) => `toolu_${id}`);
const parent = fc.option(toolId, { nil: null });

/** One content block of a message. */
export function contentBlocks(): fc.Arbitrary<Frame> {
  return fc.oneof(
    fc.record({ type: fc.constant('text'), text: awkwardTexts() }),
    fc.record({ type: fc.constant('thinking'), thinking: awkwardTexts(), signature: fc.base64String() }),
    fc.record({
      type: fc.constant('tool_use'),
      id: toolId,
      name: fc.constantFrom('Bash', 'Read', 'mcp__server__tool'),
      input: jsonObjects(),
    }),
    fc.record({ type: fc.constant('tool_result'), tool_use_id: toolId, content: awkwardTexts(), is_error: fc.boolean() }),
  );
}

function withSession(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Frame> {
  return fc.record({ ...fields, uuid: uuids, session_id: uuids }) as fc.Arbitrary<unknown> as fc.Arbitrary<Frame>;
}

function results(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Frame> {
  return withSession({
    type: fc.constant('result'),
    duration_ms: count,
    duration_api_ms: count,
    num_turns: fc.nat({ max: 99 }),
    total_cost_usd: fc.double({ min: 0, max: 100, noNaN: true }).map((cost) => cost + 0),
    usage,
    permission_denials: fc.constant([]),
    ...fields,
  });
}

const makers: Readonly<Record<FrameKind, () => fc.Arbitrary<Frame>>> = {
  'system-init': () =>
    withSession({
      type: fc.constant('system'),
      subtype: fc.constant('init'),
      cwd: awkwardTexts(),
      model: fc.constantFrom('claude-opus-5-5', 'claude-sonnet-5-5'),
      tools: fc.subarray(['Bash', 'Read', 'Write', 'Task']),
      mcp_servers: fc.constant([]),
      permissionMode: fc.constantFrom('default', 'plan', 'acceptEdits'),
    }),
  'system-other': () =>
    withSession({
      type: fc.constant('system'),
      subtype: fc.constantFrom('status', 'task_started', 'api_retry', 'never_heard_of'),
      detail: jsonValues(),
    }),
  assistant: () =>
    withSession({
      type: fc.constant('assistant'),
      message: fc.record({
        id: toolId,
        role: fc.constant('assistant'),
        model: fc.constant('claude-opus-5-5'),
        content: fc.array(contentBlocks(), { maxLength: 3 }),
        usage,
      }),
      parent_tool_use_id: parent,
    }),
  user: () =>
    withSession({
      type: fc.constant('user'),
      message: fc.record({ role: fc.constant('user'), content: fc.oneof(awkwardTexts(), fc.array(contentBlocks(), { maxLength: 3 })) }),
      parent_tool_use_id: parent,
    }),
  result: () => results({ subtype: fc.constant('success'), is_error: fc.constant(false), result: awkwardTexts() }),
  'result-error': () =>
    results({
      subtype: fc.constantFrom('error_during_execution', 'error_max_turns', 'success'),
      is_error: fc.constant(true),
      errors: fc.array(awkwardTexts(), { maxLength: 2 }),
    }),
  'stream-event': () =>
    withSession({
      type: fc.constant('stream_event'),
      event: fc.oneof(
        fc.record({
          type: fc.constant('content_block_delta'),
          index: fc.nat({ max: 3 }),
          delta: fc.record({ type: fc.constant('text_delta'), text: awkwardTexts() }),
        }),
        fc.record({ type: fc.constantFrom('message_stop', 'content_block_stop'), index: fc.nat({ max: 3 }) }),
      ),
      parent_tool_use_id: parent,
    }),
  'rate-limit': () =>
    withSession({
      type: fc.constant('rate_limit_event'),
      rate_limit_info: fc.record({ status: fc.constantFrom('allowed', 'allowed_warning', 'rejected'), resetsAt: count }),
    }),
  'control-request': () =>
    fc.oneof(
      controlRequests({ subtype: fc.constant('can_use_tool'), tool_name: fc.constant('Bash'), input: jsonObjects(), tool_use_id: toolId }),
      controlRequests({ subtype: fc.constant('hook_callback'), callback_id: fc.constantFrom('hook_0', 'hook_1'), input: jsonObjects() }),
      controlRequests({ subtype: fc.constant('mcp_message'), server_name: fc.constant('server'), message: jsonObjects() }),
      controlRequests({ subtype: awkwardTexts() }),
    ),
  'control-response': () =>
    fc.record({
      type: fc.constant('control_response'),
      response: fc.oneof(
        fc.record({ subtype: fc.constant('success'), request_id: uuids, response: jsonObjects() }),
        fc.record({ subtype: fc.constant('error'), request_id: uuids, error: awkwardTexts() }),
      ),
    }),
  'control-cancel': () => fc.record({ type: fc.constant('control_cancel_request'), request_id: uuids }),
  'keep-alive': () => fc.constant({ type: 'keep_alive' }),
  unknown: () => fc.tuple(jsonObjects(), awkwardTexts()).map(([fields, name]) => ({ ...fields, type: `later_${name}` })),
};

function controlRequests(request: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Frame> {
  return fc.record({ type: fc.constant('control_request'), request_id: uuids, request: fc.record(request) });
}

/** What {@link frames} makes. */
export interface FramesOptions {
  /**
   * Which kinds.
   * @defaultValue all of {@link frameKinds}
   */
  readonly kinds?: readonly FrameKind[];
}

/** One frame as the CLI writes it, of any kind, with awkward texts in it. It survives JSON unchanged. */
export function frames(options: FramesOptions = {}): fc.Arbitrary<Frame> {
  return fc.oneof(...(options.kinds ?? frameKinds).map((kind) => makers[kind]()));
}
