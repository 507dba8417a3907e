import type { Message, SystemInitMessage, SystemMessage } from './messages.ts';

/** How far a task has come. */
export interface TaskUsage {
  readonly total_tokens: number;
  readonly tool_uses: number;
  /** In milliseconds. */
  readonly duration_ms: number;
  readonly [more: string]: unknown;
}

/** Work in the background, or of a subagent, has begun. */
export interface TaskStartedMessage extends SystemMessage {
  readonly subtype: 'task_started';
  readonly task_id: string;
  readonly description: string;
  readonly tool_use_id?: string;
  /** `local_agent`, `local_workflow`, `local_bash`, `monitor_mcp`, and later ones. */
  readonly task_type?: string;
  readonly is_backgrounded?: boolean;
}

/** A task is still at work. */
export interface TaskProgressMessage extends SystemMessage {
  readonly subtype: 'task_progress';
  readonly task_id: string;
  readonly description: string;
  readonly usage: TaskUsage;
  readonly tool_use_id?: string;
  readonly last_tool_name?: string;
}

/** Something about a task has changed; its end may be told by this alone. */
export interface TaskUpdatedMessage extends SystemMessage {
  readonly subtype: 'task_updated';
  readonly task_id?: string;
  /** `status` is one of `pending`, `running`, `paused`, `completed`, `failed`, `killed`. */
  readonly patch?: { readonly status?: string; readonly [more: string]: unknown };
}

/** A task has ended. */
export interface TaskNotificationMessage extends SystemMessage {
  readonly subtype: 'task_notification';
  readonly task_id: string;
  readonly status: 'completed' | 'failed' | 'stopped' | (string & {});
  readonly output_file: string;
  readonly summary: string;
  readonly tool_use_id?: string;
  readonly usage?: TaskUsage;
}

/** The background tasks that there are now; subagents in the foreground are not among them. */
export interface BackgroundTasksChangedMessage extends SystemMessage {
  readonly subtype: 'background_tasks_changed';
  readonly tasks: readonly {
    readonly task_id: string;
    readonly task_type?: string;
    readonly description?: string;
    readonly [more: string]: unknown;
  }[];
}

/** What the CLI is doing: waiting for the API, compacting, or nothing in particular; also a change of the permission mode. */
export interface StatusMessage extends SystemMessage {
  readonly subtype: 'status';
  readonly status: 'requesting' | 'compacting' | (string & {}) | null;
  readonly permissionMode?: string;
}

/** A call of the API failed and is made again. */
export interface ApiRetryMessage extends SystemMessage {
  readonly subtype: 'api_retry';
  /** From 1. */
  readonly attempt: number;
  readonly max_retries: number;
  /** In milliseconds. */
  readonly retry_delay_ms: number;
  /** HTTP status, or null when there was no answer. */
  readonly error_status: number | null;
  readonly error: string;
}

/** A tool was not run, since nobody could be asked. */
export interface PermissionDeniedMessage extends SystemMessage {
  readonly subtype: 'permission_denied';
  readonly tool_name: string;
  readonly tool_use_id: string;
  readonly message: string;
}

/** Only with the environment variable `CLAUDE_CODE_SDK_READS_SESSION_STATE=1`; `idle` comes after the result. */
export interface SessionStateChangedMessage extends SystemMessage {
  readonly subtype: 'session_state_changed';
  readonly state: 'running' | 'requires_action' | 'idle' | (string & {});
}

/** The conversation was summed up to make room. */
export interface CompactBoundaryMessage extends SystemMessage {
  readonly subtype: 'compact_boundary';
  readonly compact_metadata: {
    readonly trigger: string;
    readonly pre_tokens: number;
    readonly post_tokens?: number;
    readonly [more: string]: unknown;
  };
}

/** A hint for people. */
export interface InformationalMessage extends SystemMessage {
  readonly subtype: 'informational';
  readonly content: string;
  readonly level: string;
  /** Such as `hook_callback_failed`. */
  readonly tag?: string;
}

/** A hook of the settings has begun or ended; only with `--include-hook-events`. */
export interface HookEventMessage extends SystemMessage {
  readonly subtype: 'hook_started' | 'hook_response';
  readonly hook_event?: string;
  readonly hook_name?: string;
  readonly output?: string;
  readonly exit_code?: number;
  readonly outcome?: string;
}

/** The known `system` messages by their subtype. */
export interface SystemMessages {
  readonly init: SystemInitMessage;
  readonly task_started: TaskStartedMessage;
  readonly task_progress: TaskProgressMessage;
  readonly task_updated: TaskUpdatedMessage;
  readonly task_notification: TaskNotificationMessage;
  readonly background_tasks_changed: BackgroundTasksChangedMessage;
  readonly status: StatusMessage;
  readonly api_retry: ApiRetryMessage;
  readonly permission_denied: PermissionDeniedMessage;
  readonly session_state_changed: SessionStateChangedMessage;
  readonly compact_boundary: CompactBoundaryMessage;
  readonly informational: InformationalMessage;
  readonly hook_started: HookEventMessage;
  readonly hook_response: HookEventMessage;
}

/** Narrows a message to a `system` message of one known subtype. Trusts the CLI for the other fields; `validate: true` checks them. */
export function isSystem<K extends keyof SystemMessages>(message: Message, subtype: K): message is SystemMessages[K] & Message {
  return message.type === 'system' && message.subtype === subtype;
}
