import { cliFacts, fastMode } from './cli-facts.ts';
import type { JsonObject } from './json.ts';
import { costOfAll, messageUsage, modelUsage, turnUsage, type TokenCount, type TokenLedger } from './usage.ts';

/** What every frame of a process repeats. */
export interface FrameContext {
  readonly sessionId: string;
  readonly cwd: string;
  readonly model: string;
  uuid(): string;
  /** ISO 8601. */
  timestamp(): string;
}

/** `system/init`, which the CLI prints at the start of every turn. */
export function initFrame(context: FrameContext, fields: JsonObject = {}): JsonObject {
  return {
    type: 'system',
    subtype: 'init',
    cwd: context.cwd,
    session_id: context.sessionId,
    tools: cliFacts.tools,
    mcp_servers: [],
    model: context.model,
    permissionMode: 'default',
    slash_commands: cliFacts.slashCommands,
    terminal_slash_commands: ['doctor', 'color', 'focus', 'reload-plugins'],
    apiKeySource: 'ANTHROPIC_API_KEY',
    claude_code_version: cliFacts.version,
    output_style: 'default',
    agents: cliFacts.agents,
    skills: [],
    plugins: [],
    capabilities: cliFacts.capabilities,
    analytics_disabled: true,
    product_feedback_disabled: true,
    served_by_anthropic: false,
    uuid: context.uuid(),
    memory_paths: { auto: `${context.cwd}/.claude/memory/` },
    original_cwd: context.cwd,
    additional_directories: [],
    ...fastMode,
    per_turn_effort_active: true,
    ultrathink_available: false,
    ultrathink_typed_raises: false,
    view_mode: 'default',
    ...fields,
  };
}

/** A whole `assistant` message; one content block each, as the CLI prints them. */
export function assistantFrame(context: FrameContext, id: string, content: readonly JsonObject[], fields: JsonObject = {}): JsonObject {
  return {
    type: 'assistant',
    message: {
      id,
      type: 'message',
      role: 'assistant',
      model: context.model,
      content,
      stop_reason: null,
      stop_sequence: null,
      usage: messageUsage({ input: 10, output: 1 }),
      context_management: null,
    },
    parent_tool_use_id: null,
    session_id: context.sessionId,
    uuid: context.uuid(),
    timestamp: context.timestamp(),
    ...fields,
  };
}

/** A `user` message that the CLI itself prints: tool results and notes about an interruption. */
export function userFrame(context: FrameContext, content: unknown, fields: JsonObject = {}): JsonObject {
  return {
    type: 'user',
    message: { role: 'user', content },
    parent_tool_use_id: null,
    session_id: context.sessionId,
    uuid: context.uuid(),
    timestamp: context.timestamp(),
    ...fields,
  };
}

/** A `system` frame of any other subtype. */
export function systemFrame(context: FrameContext, subtype: string, fields: JsonObject = {}): JsonObject {
  return { type: 'system', subtype, ...fields, uuid: context.uuid(), session_id: context.sessionId };
}

/** One `stream_event`, printed with `--include-partial-messages`. */
export function streamFrame(context: FrameContext, id: string, event: JsonObject, fields: JsonObject = {}): JsonObject {
  return {
    type: 'stream_event',
    event,
    session_id: context.sessionId,
    parent_tool_use_id: null,
    uuid: context.uuid(),
    ...fields,
    api_message_id: id,
  };
}

/** What a `result` says about its turn. */
export interface TurnOutcome {
  readonly index: number;
  readonly turns: number;
  readonly durationMs: number;
  readonly stopReason: string | null;
  /** Tokens of this turn. */
  readonly tokens: TokenCount;
  /** Tokens per model since the process began. */
  readonly total: TokenLedger;
  /** Tokens per model since the last result. */
  readonly since: TokenLedger;
  readonly denials?: readonly JsonObject[];
  /** Whether the model was asked, which gives the result its times. @defaultValue false */
  readonly timings?: boolean;
  /** Fields that make it a success or an error: `subtype`, `is_error`, `result`, `errors`, `terminal_reason`, … */
  readonly fields: JsonObject;
}

/** The `result` that ends a turn. */
export function resultFrame(context: FrameContext, outcome: TurnOutcome): JsonObject {
  return {
    duration_api_ms: outcome.durationMs,
    stop_reason: outcome.stopReason,
    session_id: context.sessionId,
    total_cost_usd: costOfAll(outcome.total),
    usage: turnUsage(outcome.tokens),
    modelUsage: modelUsage(outcome.total),
    permission_denials: outcome.denials ?? [],
    terminal_reason: 'completed',
    ...fastMode,
    subagent_stats: {
      spawned: 0,
      requested: { background: 0, foreground: 0, unset: 0 },
      started_in_background: 0,
      max_depth: 0,
      spawned_by_subagents: 0,
      completed: 0,
      failed: 0,
      killed: { parent: 0, user: 0, system: 0 },
      refused: { depth_limit: 0, concurrency_limit: 0, budget: 0 },
      by_type: {},
    },
    safety_stops: 0,
    is_error: false,
    num_turns: outcome.turns,
    subtype: 'success',
    type: 'result',
    duration_ms: outcome.durationMs,
    uuid: context.uuid(),
    ...(outcome.timings === true ? { ttft_ms: 1, ttft_stream_ms: 1, time_to_request_ms: 1, first_content_frame_ms: 1 } : {}),
    queued_turn_count: 0,
    result_index: outcome.index,
    model_usage_since_last_result: modelUsage(outcome.since),
    ...outcome.fields,
  };
}
