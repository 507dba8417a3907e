import { z } from 'zod';
import { questionSchemas } from './question-schemas.ts';

// Loose throughout, as the messages are. What the host itself writes is held to `outgoingFields` instead.

const text = z.string();
const count = z.number();
const list = z.array(z.unknown());
const loose = z.record(text, z.unknown());
const anything = z.unknown();

const mcpServerStatus = z.looseObject({
  name: text,
  status: text,
  serverInfo: z.looseObject({ name: text, version: text }).optional(),
  error: text.optional(),
  scope: text.optional(),
  tools: z.array(z.looseObject({ name: text, description: text.optional() })).optional(),
});

const initialize = z.looseObject({
  commands: list.optional(),
  agents: list.optional(),
  models: list.optional(),
  account: loose.optional(),
  output_style: text.optional(),
  pid: count.optional(),
  claude_code_version: text.optional(),
  capabilities: anything.optional(),
});

const contextUsage = z.looseObject({
  categories: z.array(z.looseObject({ name: text, tokens: count })),
  totalTokens: count,
  maxTokens: count,
  rawMaxTokens: count,
  percentage: count,
  model: text,
  isAutoCompactEnabled: z.boolean(),
});

const rewind = z.looseObject({
  canRewind: z.boolean().optional(),
  error: text.optional(),
  filesChanged: z.array(text).optional(),
  insertions: count.optional(),
  deletions: count.optional(),
});

/** A schema for the answer to each control request that this version knows, under its subtype. */
const answerSchemas = {
  initialize,
  interrupt: z.looseObject({ still_queued: z.array(text).optional(), cancelled: z.array(text).optional() }).optional(),
  end_session: anything,
  claim_session: z.looseObject({ status: text, cwd: text, session_id: text }),
  cancel_async_message: z.looseObject({ cancelled: z.boolean() }),
  side_question: z.looseObject({ response: anything.optional() }),
  rename_session: anything,
  set_has_subscribers: anything,
  set_model: z.looseObject({ model: text.optional() }).optional(),
  set_permission_mode: z.looseObject({ mode: text.optional() }).optional(),
  set_max_thinking_tokens: anything,
  apply_flag_settings: anything,
  update_settings: anything,
  get_settings: z.looseObject({ effective: loose, sources: list }),
  set_cwd: z.looseObject({ status: text.optional(), directory: text.optional() }).optional(),
  set_color: anything,
  set_mcp_permission_mode_override: z.looseObject({ warning: text.optional() }).optional(),
  set_prompt_suggestions_paused: anything,
  mcp_status: z.looseObject({ mcpServers: z.array(mcpServerStatus) }),
  mcp_set_servers: z.looseObject({ added: z.array(text), removed: z.array(text), errors: z.record(text, text) }),
  mcp_reconnect: anything,
  mcp_toggle: anything,
  mcp_read_resource: z.looseObject({ contents: list }),
  mcp_call: anything,
  mcp_message: anything,
  stop_task: anything,
  background_tasks: anything,
  get_task_output: anything,
  get_context_usage: contextUsage,
  get_session_cost: z.looseObject({ text }),
  get_usage: loose,
  get_binary_version: z.looseObject({ version: text }),
  get_status: loose,
  list_models: z.looseObject({ models: list }),
  get_hooks_listing: loose,
  list_permission_rules: loose,
  file_suggestions: z.looseObject({ suggestions: list }),
  read_file: loose,
  seed_read_state: anything,
  rewind_files: rewind.optional(),
  register_repo_root: anything,
  reload_plugins: loose,
  reload_skills: z.looseObject({ skills: anything }),
  reload_output_styles: z.looseObject({ available_output_styles: list }),
} as const;

/** Schemas of what the CLI says in control frames: its answers and its questions. */
export const controlSchemas = { answers: answerSchemas, questions: questionSchemas } as const;
