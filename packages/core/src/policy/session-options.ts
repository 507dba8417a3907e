import type { PermissionMode } from '../wire/control.ts';

/** What becomes an argument of the CLI or a field of `initialize`. */
export interface SessionPolicyOptions {
  /** `--model`. @defaultValue the CLI's own */
  readonly model?: string;
  /** `--fallback-model`, used when the model is overloaded. */
  readonly fallbackModel?: string;
  /** Replaces the CLI's own system prompt; goes through `initialize`, so its length does not matter. */
  readonly systemPrompt?: string;
  /** Is added to the CLI's own system prompt; goes through `initialize`. */
  readonly appendSystemPrompt?: string;
  /** Tools that may run without a question, such as `Bash(git:*)`. */
  readonly allowedTools?: readonly string[];
  /** Tools that may not run. */
  readonly disallowedTools?: readonly string[];
  /** The tools that exist at all; an empty list means none. @defaultValue the CLI's own */
  readonly tools?: readonly string[];
  readonly permissionMode?: PermissionMode;
  /** Goes on with the conversation of this id. */
  readonly resume?: string;
  /** Goes on with the last conversation of the working directory. @defaultValue false */
  readonly continue?: boolean;
  /** Gives a resumed conversation an id of its own. @defaultValue false */
  readonly forkSession?: boolean;
  /** The id for a new conversation, a UUID. */
  readonly sessionId?: string;
  /** API calls per prompt. @defaultValue no limit */
  readonly maxTurns?: number;
  /** US dollars per process. @defaultValue no limit */
  readonly maxBudgetUsd?: number;
  /** Whether pieces of messages come while they are written. @defaultValue false */
  readonly includePartialMessages?: boolean;
  /** Which settings files are read; an empty list isolates the session. @defaultValue the CLI's own */
  readonly settingSources?: readonly ('user' | 'project' | 'local')[];
  /** Settings as a path or as JSON text. */
  readonly settings?: string;
  /** Further directories that tools may reach. */
  readonly addDirs?: readonly string[];
  /** Only MCP servers that are given here. @defaultValue false */
  readonly strictMcpConfig?: boolean;
  /** Subagents by name; go through `initialize`. */
  readonly agents?: Readonly<Record<string, object>>;
  /** Directories of plugins. */
  readonly plugins?: readonly string[];
  /** A JSON Schema for the answer; it comes in `result.structured_output`. */
  readonly jsonSchema?: object;
  readonly effort?: 'low' | 'medium' | 'high' | 'xhigh' | 'max';
  /** Any other flags, by name without dashes: null for a bare flag. */
  readonly extraArgs?: Readonly<Record<string, string | null>>;
}
