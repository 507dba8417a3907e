import { z } from 'zod';

// Loose throughout: a newer CLI's fields are kept. Readers get these through `loadWireSchemas`, because loading zod costs 40 ms.

const envelope = { session_id: z.string().optional(), uuid: z.string().optional(), timestamp: z.string().optional() };
const count = z.number();

const textBlock = z.looseObject({ type: z.literal('text'), text: z.string() });
const thinkingBlock = z.looseObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string().optional() });
const toolUseBlock = z.looseObject({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown() });
const serverToolUseBlock = z.looseObject({ type: z.literal('server_tool_use'), id: z.string(), name: z.string(), input: z.unknown() });
const toolResultBlock = z.looseObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  get content() {
    return z.union([z.string(), z.array(contentBlock)]).optional();
  },
  is_error: z.boolean().optional(),
});
const knownBlock = z.discriminatedUnion('type', [textBlock, thinkingBlock, toolUseBlock, serverToolUseBlock, toolResultBlock]);
const knownBlockTypes = new Set<string>(['text', 'thinking', 'tool_use', 'server_tool_use', 'tool_result']);
const otherBlock = z.looseObject({ type: z.string().refine((type) => !knownBlockTypes.has(type), 'a known block has its own fields') });
const contentBlock = z.union([knownBlock, otherBlock]);

const apiUsage = z.looseObject({
  input_tokens: count.optional(),
  output_tokens: count.optional(),
  cache_creation_input_tokens: count.optional(),
  cache_read_input_tokens: count.optional(),
});

const modelUsage = z.looseObject({
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheCreationInputTokens: count,
  webSearchRequests: count.optional(),
  costUSD: count,
  contextWindow: count.optional(),
  maxOutputTokens: count.optional(),
});

const assistant = z.looseObject({
  ...envelope,
  type: z.literal('assistant'),
  message: z.looseObject({
    content: z.array(contentBlock),
    model: z.string(),
    id: z.string().optional(),
    stop_reason: z.string().nullable().optional(),
    usage: apiUsage.optional(),
  }),
  parent_tool_use_id: z.string().nullable().optional(),
  error: z.string().optional(),
  aborted: z.boolean().optional(),
});

const user = z.looseObject({
  ...envelope,
  type: z.literal('user'),
  message: z.looseObject({ role: z.literal('user').optional(), content: z.union([z.string(), z.array(contentBlock)]) }),
  parent_tool_use_id: z.string().nullable().optional(),
  tool_use_result: z.unknown().optional(),
  isReplay: z.boolean().optional(),
});

const systemInit = z.looseObject({
  ...envelope,
  type: z.literal('system'),
  subtype: z.literal('init'),
  cwd: z.string(),
  session_id: z.string(),
  model: z.string(),
  tools: z.array(z.string()),
  mcp_servers: z.array(z.looseObject({ name: z.string(), status: z.string() })),
  permissionMode: z.string(),
  apiKeySource: z.string().optional(),
  claude_code_version: z.string().optional(),
});

const system = z.looseObject({ ...envelope, type: z.literal('system'), subtype: z.string() });

const result = z.looseObject({
  ...envelope,
  type: z.literal('result'),
  subtype: z.string(),
  is_error: z.boolean(),
  duration_ms: count,
  duration_api_ms: count,
  num_turns: count,
  session_id: z.string(),
  result: z.string().optional(),
  errors: z.array(z.string()).optional(),
  stop_reason: z.string().nullable().optional(),
  total_cost_usd: count.optional(),
  usage: apiUsage.optional(),
  modelUsage: z.record(z.string(), modelUsage).optional(),
  permission_denials: z.array(z.unknown()).optional(),
  terminal_reason: z.string().optional(),
  api_error_status: count.nullable().optional(),
  user_message_uuids: z.array(z.string()).optional(),
  origin: z.looseObject({ kind: z.string() }).optional(),
  structured_output: z.unknown().optional(),
});

const streamEvent = z.looseObject({
  ...envelope,
  type: z.literal('stream_event'),
  event: z.looseObject({
    type: z.string(),
    index: count.optional(),
    delta: z.looseObject({ type: z.string().optional(), text: z.string().optional() }).optional(),
  }),
  parent_tool_use_id: z.string().nullable().optional(),
});

const commandLifecycle = z.looseObject({ ...envelope, type: z.literal('command_lifecycle'), command_uuid: z.string(), state: z.string() });

const rateLimitEvent = z.looseObject({
  ...envelope,
  type: z.literal('rate_limit_event'),
  rate_limit_info: z.looseObject({
    status: z.string(),
    resetsAt: count.optional(),
    rateLimitType: z.string().optional(),
    utilization: count.optional(),
  }),
});

const conversationReset = z.looseObject({ ...envelope, type: z.literal('conversation_reset'), new_conversation_id: z.string() });

const toolProgress = z.looseObject({
  ...envelope,
  type: z.literal('tool_progress'),
  tool_use_id: z.string(),
  tool_name: z.string(),
  elapsed_time_seconds: count,
});

const keepAlive = z.looseObject({ ...envelope, type: z.literal('keep_alive') });

const controlRequest = z.looseObject({
  type: z.literal('control_request'),
  request_id: z.string(),
  request: z.looseObject({ subtype: z.string() }),
});

const controlResponse = z.looseObject({
  type: z.literal('control_response'),
  response: z.discriminatedUnion('subtype', [
    z.looseObject({ subtype: z.literal('success'), request_id: z.string(), response: z.unknown().optional() }),
    z.looseObject({ subtype: z.literal('error'), request_id: z.string(), error: z.string().optional(), error_code: z.string().optional() }),
  ]),
});

const controlCancelRequest = z.looseObject({ type: z.literal('control_cancel_request'), request_id: z.string() });

/** A schema for each interface of the wire, under the name of its interface. */
export const wireSchemas = {
  TextBlock: textBlock,
  ThinkingBlock: thinkingBlock,
  ToolUseBlock: toolUseBlock,
  ServerToolUseBlock: serverToolUseBlock,
  ToolResultBlock: toolResultBlock,
  ContentBlock: contentBlock,
  ApiUsage: apiUsage,
  ModelUsage: modelUsage,
  AssistantMessage: assistant,
  UserMessage: user,
  SystemInitMessage: systemInit,
  SystemMessage: system,
  ResultMessage: result,
  StreamEventMessage: streamEvent,
  CommandLifecycleMessage: commandLifecycle,
  RateLimitEventMessage: rateLimitEvent,
  ConversationResetMessage: conversationReset,
  ToolProgressMessage: toolProgress,
  KeepAliveMessage: keepAlive,
  ControlRequest: controlRequest,
  ControlResponse: controlResponse,
  ControlCancelRequest: controlCancelRequest,
  /** Any message of a known type; `system/init` is checked as such only by its own schema. */
  KnownMessage: z.discriminatedUnion('type', [
    assistant,
    user,
    system,
    result,
    streamEvent,
    commandLifecycle,
    rateLimitEvent,
    conversationReset,
    toolProgress,
    keepAlive,
  ]),
} as const;
