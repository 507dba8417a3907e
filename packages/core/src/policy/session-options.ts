import type { PermissionMode } from '../wire/control.ts';

/** An MCP server that the CLI runs or reaches itself. */
export type McpServerConfig =
  | {
      readonly type?: 'stdio';
      readonly command: string;
      readonly args?: readonly string[];
      /** May hold secrets: the configuration goes over stdin, never through argv or a file. */
      readonly env?: Readonly<Record<string, string>>;
      readonly [more: string]: unknown;
    }
  | {
      readonly type: 'sse' | 'http';
      readonly url: string;
      /** May hold secrets, as `env` of a stdio server. */
      readonly headers?: Readonly<Record<string, string>>;
      readonly [more: string]: unknown;
    };

/** A subagent, as `initialize` declares it. */
export interface AgentDefinition {
  readonly description: string;
  readonly prompt: string;
  readonly tools?: readonly string[];
  readonly disallowedTools?: readonly string[];
  readonly model?: string;
  readonly mcpServers?: unknown;
  readonly skills?: readonly string[];
  readonly maxTurns?: number;
  readonly background?: boolean;
  readonly permissionMode?: PermissionMode;
  readonly [more: string]: unknown;
}

/** What becomes an argument of the CLI or a field of `initialize`. Whatever may be long or secret goes through `initialize`, over stdin. */
export interface SessionPolicyOptions {
  /** `--model`. @defaultValue the CLI's own */
  readonly model?: string;
  /** `--fallback-model`, used when the model is overloaded; another one than `model`. @defaultValue none */
  readonly fallbackModel?: string;
  /** Replaces the CLI's own system prompt; through `initialize`. @defaultValue the CLI's own */
  readonly systemPrompt?: string | readonly string[];
  /** Is added to the CLI's own system prompt; through `initialize`. @defaultValue nothing */
  readonly appendSystemPrompt?: string;
  /** Keeps what changes between machines and days out of the CLI's own system prompt. @defaultValue false */
  readonly excludeDynamicSections?: boolean;
  /** Replaces the instructions of plan mode; through `initialize`. @defaultValue the CLI's own */
  readonly planModeInstructions?: string;
  /** Tools that may run without a question, such as `Bash(git:*)`. @defaultValue none */
  readonly allowedTools?: readonly string[];
  /** Tools that may not run. @defaultValue none */
  readonly disallowedTools?: readonly string[];
  /** The tools that exist at all; an empty list means none. @defaultValue the CLI's own */
  readonly tools?: readonly string[];
  /** Other names for tools, by the tool's own name; through `initialize`. @defaultValue none */
  readonly toolAliases?: Readonly<Record<string, string>>;
  /** `--permission-mode`. @defaultValue the CLI's own, `default` */
  readonly permissionMode?: PermissionMode;
  /** Lets `setPermissionMode('bypassPermissions')` succeed later; the CLI refuses it as root. @defaultValue false */
  readonly allowDangerouslySkipPermissions?: boolean;
  /** Goes on with the conversation of this id. @defaultValue a new conversation */
  readonly resume?: string;
  /** Resumes up to and with the assistant's message of this uuid; needs `resume`. @defaultValue the whole conversation */
  readonly resumeSessionAt?: string;
  /** Goes on with the last conversation of the working directory. @defaultValue false */
  readonly continue?: boolean;
  /** Gives a resumed conversation an id of its own. @defaultValue false */
  readonly forkSession?: boolean;
  /** The id for a new conversation, a UUID. @defaultValue the CLI chooses */
  readonly sessionId?: string;
  /** Whether the conversation is written to disk, without which it cannot be resumed. @defaultValue true */
  readonly persistSession?: boolean;
  /** The conversation's title; through `initialize`. @defaultValue the CLI chooses */
  readonly title?: string;
  /** API calls per prompt. @defaultValue no limit */
  readonly maxTurns?: number;
  /** US dollars per process. @defaultValue no limit */
  readonly maxBudgetUsd?: number;
  /** Tokens per task. @defaultValue no limit */
  readonly taskBudget?: number;
  /** Whether and how much the model thinks first: a number of tokens, or a mode. @defaultValue the CLI's own */
  readonly thinking?: 'adaptive' | 'disabled' | number;
  readonly effort?: 'low' | 'medium' | 'high' | 'xhigh' | 'max';
  /** Names of beta features of the API. @defaultValue none */
  readonly betas?: readonly string[];
  /** Whether pieces of messages come while they are written. @defaultValue false */
  readonly includePartialMessages?: boolean;
  /** Whether the running of hooks of settings files is reported. @defaultValue false */
  readonly includeHookEvents?: boolean;
  /** Whether the text of subagents is passed on. @defaultValue false */
  readonly forwardSubagentText?: boolean;
  /** Whether the CLI proposes a next prompt after each turn. @defaultValue false */
  readonly promptSuggestions?: boolean;
  /** Whether subagents report on their progress in words. @defaultValue false */
  readonly agentProgressSummaries?: boolean;
  /** Which settings files are read; an empty list isolates the session. @defaultValue the CLI's own */
  readonly settingSources?: readonly ('user' | 'project' | 'local')[];
  /** Settings as a path, as JSON text, or as an object; through a private file unless they are a path. @defaultValue none */
  readonly settings?: string | object;
  /** The sandbox part of the settings; is merged into `settings`, which must then be an object. @defaultValue none */
  readonly sandbox?: object;
  /** Further directories that tools may reach. @defaultValue none */
  readonly addDirs?: readonly string[];
  /** The folder whose configuration counts as the project's. @defaultValue the working directory */
  readonly projectConfigRoot?: string;
  /** MCP servers by name; through `initialize`. In-process ones are `sdkMcpServers`. @defaultValue none */
  readonly mcpServers?: Readonly<Record<string, McpServerConfig>>;
  /** Only MCP servers that are given here. @defaultValue false */
  readonly strictMcpConfig?: boolean;
  /** The agent that the session itself plays. @defaultValue none */
  readonly agent?: string;
  /** Subagents by name; through `initialize`. @defaultValue none */
  readonly agents?: Readonly<Record<string, AgentDefinition>>;
  /** The skills that are there; through `initialize`. @defaultValue the CLI's own */
  readonly skills?: readonly string[];
  /** Directories of plugins. @defaultValue none */
  readonly plugins?: readonly string[];
  /** A JSON Schema for the answer, which comes in `result.structured_output`; through `initialize`. @defaultValue none */
  readonly jsonSchema?: object;
  /** Keeps copies of files, without which `rewindFiles` is refused. @defaultValue false */
  readonly fileCheckpointing?: boolean;
  /**
   * Any other flags, by name without dashes: null for a bare flag. JSON for `mcp-config`, `settings` and `agents`, and a long `system-prompt` or
   * `append-system-prompt`, go through a private file.
   * @defaultValue none
   */
  readonly extraArgs?: Readonly<Record<string, string | null>>;
}
