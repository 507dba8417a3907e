import type { OutgoingControl } from './control-outgoing.ts';

type Base<T> = [T] extends [string]
  ? 'string'
  : [T] extends [number]
    ? 'number'
    : [T] extends [boolean]
      ? 'boolean'
      : [T] extends [readonly unknown[]]
        ? 'list'
        : 'object';

/** What a field of `T` may hold, in a word; `?` may be left out, `|null` may be null. */
type FieldKind<T> = unknown extends T ? 'any?' : `${Base<NonNullable<T>>}${null extends T ? '|null' : ''}${undefined extends T ? '?' : ''}`;

/** The known fields of a body and what each holds. The compiler derives it from the interface, so that the table below cannot drift from it. */
type FieldKinds<T> = { readonly [K in keyof T as string extends K ? never : K]-?: FieldKind<T[K]> };

const nothing = {} as const;

/**
 * The fields of every control request that this version knows, as the schema that each is held to before it is written. Data and not zod: what is
 * written is always checked, and a program that asks one question should not pay the 40 ms of loading zod.
 */
export const outgoingFields: { readonly [K in keyof OutgoingControl]: FieldKinds<OutgoingControl[K]['request']> } = {
  initialize: {
    hooks: 'object|null?',
    sdkMcpServers: 'list?',
    mcpServers: 'object?',
    jsonSchema: 'object?',
    systemPrompt: 'list?',
    appendSystemPrompt: 'string?',
    planModeInstructions: 'string?',
    toolAliases: 'object?',
    excludeDynamicSections: 'boolean?',
    agents: 'object?',
    title: 'string?',
    skills: 'list?',
    promptSuggestions: 'boolean?',
    agentProgressSummaries: 'boolean?',
    forwardSubagentText: 'boolean?',
    supportedDialogKinds: 'list?',
  },
  interrupt: { cancel_queued: 'boolean?' },
  end_session: nothing,
  claim_session: { cwd: 'string' },
  cancel_async_message: { message_uuid: 'string' },
  side_question: { question: 'string' },
  rename_session: { title: 'string' },
  set_has_subscribers: { has_subscribers: 'boolean' },
  set_model: { model: 'string|null?' },
  set_permission_mode: { mode: 'string' },
  set_max_thinking_tokens: { max_thinking_tokens: 'number|null?', thinking_display: 'string?' },
  apply_flag_settings: { settings: 'object' },
  update_settings: { source: 'string', settings: 'object' },
  get_settings: nothing,
  set_cwd: { path: 'string' },
  set_color: { color: 'string' },
  set_mcp_permission_mode_override: nothing,
  set_prompt_suggestions_paused: nothing,
  mcp_status: nothing,
  mcp_set_servers: { servers: 'object' },
  mcp_reconnect: { serverName: 'string' },
  mcp_toggle: { serverName: 'string', enabled: 'boolean' },
  mcp_read_resource: { serverName: 'string', uri: 'string' },
  mcp_call: { tool: 'string', arguments: 'any?', timeout_ms: 'number?' },
  mcp_message: { server_name: 'string', message: 'object' },
  stop_task: { task_id: 'string' },
  background_tasks: { tool_use_id: 'string?' },
  get_task_output: { task_id: 'string' },
  get_context_usage: { detail: 'string?' },
  get_session_cost: nothing,
  get_usage: nothing,
  get_binary_version: nothing,
  get_status: nothing,
  list_models: nothing,
  get_hooks_listing: nothing,
  list_permission_rules: nothing,
  file_suggestions: { query: 'string' },
  read_file: { path: 'string', max_bytes: 'number?', encoding: 'string?' },
  seed_read_state: { path: 'string', mtime: 'number' },
  rewind_files: { user_message_id: 'string', dry_run: 'boolean?' },
  register_repo_root: { directory: 'string' },
  reload_plugins: nothing,
  reload_skills: nothing,
  reload_output_styles: nothing,
};

interface Field {
  readonly name: string;
  readonly base: string;
  readonly nullable: boolean;
  readonly optional: boolean;
}

function parseField([name, kind]: readonly [string, string]): Field {
  const [base = '', rest] = kind.replace('?', '').split('|');
  return { name, base, nullable: rest === 'null', optional: kind.endsWith('?') };
}

const fieldsOf = new Map<string, readonly Field[]>();
for (const [subtype, kinds] of Object.entries(outgoingFields)) {
  const fields = Object.entries<string>(kinds).map(parseField);
  // What may be anything, or has no fields, needs no look.
  const checked = fields.filter(({ base }) => base !== 'any');
  if (checked.length > 0) fieldsOf.set(subtype, checked);
}

function fits(value: unknown, base: string): boolean {
  if (base === 'list') return Array.isArray(value);
  return base === 'object' ? typeof value === 'object' && !Array.isArray(value) : typeof value === base && !Number.isNaN(value);
}

function complain(subtype: string, { name, base, nullable }: Field): string {
  const kind = base === 'list' ? 'an array' : base === 'object' ? 'an object' : `a ${base}`;
  return `${name} of ${subtype} must be ${kind}${nullable ? ' or null' : ''}`;
}

/** Says what is wrong with the body of a control request, or undefined: it fits, or its subtype is not known here. */
export function wrongField(subtype: string, body: Readonly<Record<string, unknown>>): string | undefined {
  const fields = fieldsOf.get(subtype);
  if (fields === undefined) return undefined;
  for (const field of fields) {
    const value = body[field.name];
    if (value === undefined ? !field.optional : value === null ? !field.nullable : !fits(value, field.base))
      return complain(subtype, field);
  }
  return undefined;
}
