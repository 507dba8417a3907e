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
  readonly elicitation: Exchange<ElicitationRequest, ElicitationAnswer>;
  /** Asked only for kinds that `initialize` declared. */
  readonly request_user_dialog: Exchange<
    { readonly dialog_kind: string; readonly payload: unknown; readonly tool_use_id?: string; readonly [more: string]: unknown },
    DialogAnswer
  >;
}

/** What an MCP server wants to know of the person at the keyboard. */
export interface ElicitationRequest {
  readonly mcp_server_name: string;
  readonly message: string;
  readonly mode?: string;
  readonly url?: string;
  readonly elicitation_id?: string;
  /** A JSON Schema for the answer's content. */
  readonly requested_schema?: object;
  readonly [more: string]: unknown;
}

/** The answer to {@link ElicitationRequest}. */
export interface ElicitationAnswer {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: unknown;
}

/** The answer to a dialog that the CLI asked the host to show. */
export type DialogAnswer = { readonly behavior: 'completed'; readonly result: unknown } | { readonly behavior: 'cancelled' };

/** The answer to `can_use_tool`. */
export type PermissionVerdict =
  | {
      readonly behavior: 'allow';
      /** Replaces the tool's input. @defaultValue the input that was asked about */
      readonly updatedInput?: unknown;
      /** Rules, modes and directories to add, such as the ones that the question suggested. */
      readonly updatedPermissions?: readonly object[];
      readonly [more: string]: unknown;
    }
  | {
      readonly behavior: 'deny';
      /** Is told to the model. */
      readonly message: string;
      /** Ends the turn as well. @defaultValue false */
      readonly interrupt?: boolean;
      readonly [more: string]: unknown;
    };
