/** A question, in either direction. */
export interface ControlRequest<B extends { readonly subtype: string } = { readonly subtype: string; readonly [more: string]: unknown }> {
  readonly type: 'control_request';
  readonly request_id: string;
  readonly request: B;
}

/** The answer to a {@link ControlRequest}. */
export interface ControlResponse {
  readonly type: 'control_response';
  readonly response:
    | { readonly subtype: 'success'; readonly request_id: string; readonly response?: unknown; readonly [more: string]: unknown }
    | {
        readonly subtype: 'error';
        readonly request_id: string;
        readonly error?: string;
        /** A constant such as `unsupported_request`. */
        readonly error_code?: string;
        readonly [more: string]: unknown;
      };
}

/** Takes a question back; no answer is due any more. */
export interface ControlCancelRequest {
  readonly type: 'control_cancel_request';
  readonly request_id: string;
}

/** How the CLI treats tool calls. */
export type PermissionMode = 'default' | 'acceptEdits' | 'plan' | 'bypassPermissions' | 'dontAsk' | 'auto' | (string & {});

/** What `initialize` answers, about 17 KB. */
export interface InitializeResponse {
  readonly commands?: readonly unknown[];
  readonly agents?: readonly unknown[];
  readonly models?: readonly unknown[];
  readonly account?: Readonly<Record<string, unknown>>;
  readonly output_style?: string;
  readonly pid?: number;
  readonly claude_code_version?: string;
  readonly capabilities?: unknown;
  readonly [more: string]: unknown;
}

/** Hooks that the host wants to be called for, by event. */
export type InitializeHooks = Readonly<
  Record<
    string,
    readonly {
      readonly matcher?: string | null;
      readonly hookCallbackIds: readonly string[];
      readonly timeout?: number;
      readonly onFailure?: 'continue' | 'block';
    }[]
  >
>;

interface Exchange<Q, A> {
  readonly request: Q;
  readonly response: A;
}
type Nothing = Readonly<Record<string, never>>;

/** Requests that the host may make, by subtype. Unknown subtypes can be sent through `request()` as well. */
export interface OutgoingControl {
  readonly initialize: Exchange<
    {
      readonly hooks?: InitializeHooks | null;
      readonly agents?: Readonly<Record<string, object>>;
      readonly sdkMcpServers?: readonly string[];
      readonly systemPrompt?: readonly string[];
      readonly appendSystemPrompt?: string;
      readonly [more: string]: unknown;
    },
    InitializeResponse
  >;
  readonly interrupt: Exchange<
    { readonly cancel_queued?: boolean },
    { readonly still_queued?: readonly string[]; readonly cancelled?: readonly string[] } | undefined
  >;
  readonly set_model: Exchange<{ readonly model: string | null }, { readonly model?: string } | undefined>;
  readonly set_permission_mode: Exchange<{ readonly mode: PermissionMode }, { readonly mode?: string } | undefined>;
  readonly mcp_status: Exchange<
    Nothing,
    { readonly mcpServers: readonly { readonly name: string; readonly status: string; readonly [more: string]: unknown }[] }
  >;
  readonly get_context_usage: Exchange<{ readonly detail?: string }, Readonly<Record<string, unknown>>>;
  readonly stop_task: Exchange<{ readonly task_id: string }, unknown>;
  readonly rewind_files: Exchange<{ readonly user_message_id: string; readonly dry_run?: boolean }, unknown>;
  readonly mcp_reconnect: Exchange<{ readonly serverName: string }, unknown>;
  readonly mcp_toggle: Exchange<{ readonly serverName: string; readonly enabled: boolean }, unknown>;
  readonly end_session: Exchange<Nothing, unknown>;
}

/** What the CLI may ask of the host, by subtype. */
export interface IncomingControl {
  readonly can_use_tool: Exchange<
    {
      readonly tool_name: string;
      readonly input: unknown;
      readonly tool_use_id?: string;
      readonly permission_suggestions?: readonly object[] | null;
      readonly [more: string]: unknown;
    },
    PermissionVerdict
  >;
  readonly hook_callback: Exchange<
    { readonly callback_id: string; readonly input: unknown; readonly tool_use_id?: string | null; readonly [more: string]: unknown },
    object
  >;
  readonly mcp_message: Exchange<
    { readonly server_name: string; readonly message: object; readonly [more: string]: unknown },
    { readonly mcp_response: object }
  >;
  readonly elicitation: Exchange<
    { readonly mcp_server_name: string; readonly message: string; readonly [more: string]: unknown },
    { readonly action: string; readonly content?: unknown }
  >;
}

/** The answer to `can_use_tool`. */
export type PermissionVerdict =
  | { readonly behavior: 'allow'; readonly updatedInput?: unknown; readonly updatedPermissions?: readonly object[] }
  | { readonly behavior: 'deny'; readonly message: string; readonly interrupt?: boolean };
