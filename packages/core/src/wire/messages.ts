import type { ContentBlock } from './content.ts';

/** Fields that nearly every message carries. */
interface Envelope {
  /** The conversation. */
  readonly session_id?: string;
  /** Identifies this message. */
  readonly uuid?: string;
  /** When the CLI wrote it, ISO 8601. */
  readonly timestamp?: string;
  readonly [more: string]: unknown;
}

/** Token counts as the API reports them. */
export interface ApiUsage {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly cache_creation_input_tokens?: number;
  readonly cache_read_input_tokens?: number;
  readonly [more: string]: unknown;
}

/** One model's part of a process's use, cumulative over the life of the process. */
export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheCreationInputTokens: number;
  readonly webSearchRequests?: number;
  /** In US dollars. */
  readonly costUSD: number;
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
  readonly [more: string]: unknown;
}

/** One whole message of the model. Each block comes in a message of its own, with the same `message.id`. */
export interface AssistantMessage extends Envelope {
  readonly type: 'assistant';
  readonly message: {
    readonly content: readonly ContentBlock[];
    readonly model: string;
    readonly id?: string;
    readonly stop_reason?: string | null;
    readonly usage?: ApiUsage;
    readonly [more: string]: unknown;
  };
  /** Set on lines of a subagent: the tool call that started it. */
  readonly parent_tool_use_id?: string | null;
  /** The kind of API failure; `message.model` is `<synthetic>` then. */
  readonly error?: string;
  /** True on the part of a message that an interrupt cut off. */
  readonly aborted?: boolean;
}

/** A line of the user's side: tool results, replayed prompts, notices. */
export interface UserMessage extends Envelope {
  readonly type: 'user';
  readonly message: { readonly role?: 'user'; readonly content: string | readonly ContentBlock[]; readonly [more: string]: unknown };
  readonly parent_tool_use_id?: string | null;
  /** The tool's own result, richer than the block. */
  readonly tool_use_result?: unknown;
  /** True when the CLI repeats what it was sent. */
  readonly isReplay?: boolean;
}

/** The first message of every turn. */
export interface SystemInitMessage extends Envelope {
  readonly type: 'system';
  readonly subtype: 'init';
  readonly cwd: string;
  readonly session_id: string;
  readonly model: string;
  readonly tools: readonly string[];
  readonly mcp_servers: readonly { readonly name: string; readonly status: string; readonly [more: string]: unknown }[];
  readonly permissionMode: string;
  readonly apiKeySource?: string;
  readonly claude_code_version?: string;
}

/** What the CLI tells of itself: init, status, api_retry, task_started, task_notification and many more; unknown subtypes pass through whole. */
export interface SystemMessage extends Envelope {
  readonly type: 'system';
  readonly subtype: string;
}

/** The end of a turn. The field `type` is not its first key. */
export interface ResultMessage extends Envelope {
  readonly type: 'result';
  /** `success`, `error_during_execution`, `error_max_turns`, `error_max_budget_usd`, and later ones. An API failure is `success` with `is_error`. */
  readonly subtype: string;
  readonly is_error: boolean;
  /** Wall time of the turn, in milliseconds. */
  readonly duration_ms: number;
  /** Time spent in API calls, in milliseconds. */
  readonly duration_api_ms: number;
  readonly num_turns: number;
  readonly session_id: string;
  /** The answer's text; repeats the text of the last `assistant` message. */
  readonly result?: string;
  readonly errors?: readonly string[];
  readonly stop_reason?: string | null;
  /** In US dollars, cumulative over the life of the process. */
  readonly total_cost_usd?: number;
  readonly usage?: ApiUsage;
  readonly modelUsage?: Readonly<Record<string, ModelUsage>>;
  readonly permission_denials?: readonly unknown[];
  /** `completed`, `max_turns`, `aborted_streaming`, `aborted_tools`, `api_error`, and later ones. */
  readonly terminal_reason?: string;
  readonly api_error_status?: number | null;
  /** Every user line that this result answers. */
  readonly user_message_uuids?: readonly string[];
  /** Who asked for the turn; `task-notification` for one that a background task started. */
  readonly origin?: { readonly kind: string; readonly [more: string]: unknown };
  readonly structured_output?: unknown;
}

/** A piece of a message while it is being written; only with `includePartialMessages`. */
export interface StreamEventMessage extends Envelope {
  readonly type: 'stream_event';
  /** The API's own event, such as `content_block_delta`. */
  readonly event: {
    readonly type: string;
    readonly index?: number;
    readonly delta?: { readonly type?: string; readonly text?: string; readonly [more: string]: unknown };
    readonly [more: string]: unknown;
  };
  readonly parent_tool_use_id?: string | null;
}

/** What became of a user line that carried a `uuid`. */
export interface CommandLifecycleMessage extends Envelope {
  readonly type: 'command_lifecycle';
  readonly command_uuid: string;
  readonly state: 'queued' | 'started' | 'completed' | 'cancelled' | (string & {});
}

/** A rate limit's state. */
export interface RateLimitEventMessage extends Envelope {
  readonly type: 'rate_limit_event';
  readonly rate_limit_info: {
    readonly status: 'allowed' | 'allowed_warning' | 'rejected' | (string & {});
    /** Seconds since 1970. */
    readonly resetsAt?: number;
    readonly rateLimitType?: string;
    /** 0 to 1. */
    readonly utilization?: number;
    readonly [more: string]: unknown;
  };
}

/** The conversation was emptied; later lines carry a new `session_id`. */
export interface ConversationResetMessage extends Envelope {
  readonly type: 'conversation_reset';
  readonly new_conversation_id: string;
}

/** A tool is still running. */
export interface ToolProgressMessage extends Envelope {
  readonly type: 'tool_progress';
  readonly tool_use_id: string;
  readonly tool_name: string;
  readonly elapsed_time_seconds: number;
}

/** The CLI is alive; says nothing else. */
export interface KeepAliveMessage extends Envelope {
  readonly type: 'keep_alive';
}

/** A frame of a type that this version does not know, or one whose shape it cannot read. A new CLI must not break an old client. */
export interface UnknownMessage {
  readonly type: 'unknown';
  /** The frame as it came. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Every message that a CLI sends, control frames excepted. */
export type Message =
  | AssistantMessage
  | UserMessage
  | SystemInitMessage
  | SystemMessage
  | ResultMessage
  | StreamEventMessage
  | CommandLifecycleMessage
  | RateLimitEventMessage
  | ConversationResetMessage
  | ToolProgressMessage
  | KeepAliveMessage
  | UnknownMessage;
