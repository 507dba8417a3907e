import type { InitializeHooks, InitializeResponse, PermissionMode } from './control.ts';

interface Exchange<Q, A> {
  readonly request: Q;
  readonly response: A;
}
type Nothing = Readonly<Record<string, never>>;
type Loose = Readonly<Record<string, unknown>>;

/** One MCP server as the CLI sees it. */
export interface McpServerStatus {
  readonly name: string;
  readonly status: 'connected' | 'failed' | 'needs-auth' | 'pending' | 'disabled' | (string & {});
  readonly serverInfo?: { readonly name: string; readonly version: string };
  readonly error?: string;
  readonly scope?: string;
  readonly tools?: readonly { readonly name: string; readonly description?: string; readonly [more: string]: unknown }[];
  readonly [more: string]: unknown;
}

/** How full the context is. */
export interface ContextUsage {
  readonly categories: readonly { readonly name: string; readonly tokens: number; readonly [more: string]: unknown }[];
  readonly totalTokens: number;
  readonly maxTokens: number;
  readonly rawMaxTokens: number;
  /** 0 to 100. */
  readonly percentage: number;
  readonly model: string;
  readonly isAutoCompactEnabled: boolean;
  readonly [more: string]: unknown;
}

/** What `rewind_files` did, or would do. */
export interface RewindResponse {
  readonly canRewind?: boolean;
  readonly error?: string;
  readonly filesChanged?: readonly string[];
  readonly insertions?: number;
  readonly deletions?: number;
  readonly [more: string]: unknown;
}

/** The body of `initialize`. */
export interface InitializeRequest {
  readonly hooks?: InitializeHooks | null;
  readonly sdkMcpServers?: readonly string[];
  readonly mcpServers?: Readonly<Record<string, object>>;
  readonly jsonSchema?: object;
  readonly systemPrompt?: readonly string[];
  readonly appendSystemPrompt?: string;
  readonly planModeInstructions?: string;
  readonly toolAliases?: Readonly<Record<string, string>>;
  readonly excludeDynamicSections?: boolean;
  readonly agents?: Readonly<Record<string, object>>;
  readonly title?: string;
  readonly skills?: readonly string[];
  readonly promptSuggestions?: boolean;
  readonly agentProgressSummaries?: boolean;
  readonly forwardSubagentText?: boolean;
  readonly supportedDialogKinds?: readonly string[];
  readonly [more: string]: unknown;
}

/** Requests that the host may make, by subtype. Unknown subtypes can be sent through `request()` as well. */
export interface OutgoingControl {
  // The conversation.
  readonly initialize: Exchange<InitializeRequest, InitializeResponse>;
  readonly interrupt: Exchange<
    { readonly cancel_queued?: boolean },
    { readonly still_queued?: readonly string[]; readonly cancelled?: readonly string[] } | undefined
  >;
  /** Ends the process in order; in the middle of a turn with an error result first. */
  readonly end_session: Exchange<Nothing, unknown>;
  readonly claim_session: Exchange<
    { readonly cwd: string; readonly [more: string]: unknown },
    { readonly status: string; readonly cwd: string; readonly session_id: string; readonly [more: string]: unknown }
  >;
  readonly cancel_async_message: Exchange<{ readonly message_uuid: string }, { readonly cancelled: boolean }>;
  readonly side_question: Exchange<{ readonly question: string }, { readonly response?: unknown; readonly [more: string]: unknown }>;
  readonly rename_session: Exchange<{ readonly title: string }, unknown>;
  readonly set_has_subscribers: Exchange<{ readonly has_subscribers: boolean }, unknown>;
  // Settings that change while it runs.
  /** Unknown model ids are accepted here, and refused by the API later. */
  readonly set_model: Exchange<{ readonly model?: string | null }, { readonly model?: string } | undefined>;
  readonly set_permission_mode: Exchange<{ readonly mode: PermissionMode }, { readonly mode?: string } | undefined>;
  readonly set_max_thinking_tokens: Exchange<{ readonly max_thinking_tokens?: number | null; readonly thinking_display?: string }, unknown>;
  readonly apply_flag_settings: Exchange<{ readonly settings: object }, unknown>;
  readonly update_settings: Exchange<{ readonly source: string; readonly settings: object }, unknown>;
  readonly get_settings: Exchange<
    Nothing,
    { readonly effective: Loose; readonly sources: readonly unknown[]; readonly [more: string]: unknown }
  >;
  readonly set_cwd: Exchange<{ readonly path: string }, { readonly status?: string; readonly directory?: string } | undefined>;
  readonly set_color: Exchange<{ readonly color: string }, unknown>;
  readonly set_mcp_permission_mode_override: Exchange<Loose, { readonly warning?: string } | undefined>;
  readonly set_prompt_suggestions_paused: Exchange<Loose, unknown>;
  // MCP servers.
  readonly mcp_status: Exchange<Nothing, { readonly mcpServers: readonly McpServerStatus[] }>;
  readonly mcp_set_servers: Exchange<
    { readonly servers: Readonly<Record<string, object>> },
    { readonly added: readonly string[]; readonly removed: readonly string[]; readonly errors: Readonly<Record<string, string>> }
  >;
  readonly mcp_reconnect: Exchange<{ readonly serverName: string }, unknown>;
  readonly mcp_toggle: Exchange<{ readonly serverName: string; readonly enabled: boolean }, unknown>;
  readonly mcp_read_resource: Exchange<{ readonly serverName: string; readonly uri: string }, { readonly contents: readonly unknown[] }>;
  readonly mcp_call: Exchange<
    { readonly tool: string; readonly arguments?: unknown; readonly timeout_ms?: number; readonly [more: string]: unknown },
    unknown
  >;
  readonly mcp_message: Exchange<{ readonly server_name: string; readonly message: object }, unknown>;
  // Background work.
  /** A `task_notification` with the status `stopped` follows in the stream. */
  readonly stop_task: Exchange<{ readonly task_id: string }, unknown>;
  readonly background_tasks: Exchange<{ readonly tool_use_id?: string }, unknown>;
  readonly get_task_output: Exchange<{ readonly task_id: string }, unknown>;
  // Questions about the state.
  readonly get_context_usage: Exchange<{ readonly detail?: string }, ContextUsage>;
  readonly get_session_cost: Exchange<Nothing, { readonly text: string }>;
  readonly get_usage: Exchange<Nothing, Loose>;
  readonly get_binary_version: Exchange<Nothing, { readonly version: string; readonly [more: string]: unknown }>;
  readonly get_status: Exchange<Nothing, Loose>;
  readonly list_models: Exchange<Nothing, { readonly models: readonly unknown[] }>;
  readonly get_hooks_listing: Exchange<Nothing, Loose>;
  readonly list_permission_rules: Exchange<Nothing, Loose>;
  // Files and what is loaded from them.
  readonly file_suggestions: Exchange<
    { readonly query: string },
    { readonly suggestions: readonly unknown[]; readonly [more: string]: unknown }
  >;
  readonly read_file: Exchange<{ readonly path: string; readonly max_bytes?: number; readonly encoding?: string }, Loose>;
  readonly seed_read_state: Exchange<{ readonly path: string; readonly mtime: number }, unknown>;
  readonly rewind_files: Exchange<{ readonly user_message_id: string; readonly dry_run?: boolean }, RewindResponse | undefined>;
  readonly register_repo_root: Exchange<{ readonly directory: string; readonly [more: string]: unknown }, unknown>;
  readonly reload_plugins: Exchange<Loose, Loose>;
  readonly reload_skills: Exchange<Nothing, { readonly skills: unknown; readonly [more: string]: unknown }>;
  readonly reload_output_styles: Exchange<Nothing, { readonly available_output_styles: readonly unknown[] }>;
}
