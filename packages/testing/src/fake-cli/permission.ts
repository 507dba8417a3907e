import { systemFrame } from '../scenario/frames.ts';
import { isObject, type JsonObject } from '../scenario/json.ts';
import type { ToolCall } from '../scenario/reply.ts';
import type { AgentState, Answer } from './agent-state.ts';
import { all, asEffect, type Coroutine } from './coroutine.ts';
import { runHooks } from './hooks.ts';
import { reportActivity, TurnInterrupted, type TurnRecord } from './turn-record.ts';

/** Whether a tool call may run, with what input, and what the CLI writes down about the decision. */
export type Permission =
  | { readonly run: true; readonly input: JsonObject; readonly decision: JsonObject }
  | { readonly run: false; readonly message: string; readonly meta: JsonObject; readonly denied: boolean };

const invalidAnswer =
  "The canUseTool callback returned an invalid permission result. Expected {behavior: 'allow', updatedInput?: object} or {behavior: 'deny', message: string}. updatedPermissions may hold at most 4096 updates, rules and directories in all.";
const readOnlyTools: ReadonlySet<string> = new Set([
  'Read',
  'Glob',
  'Grep',
  'LS',
  'Task',
  'TodoWrite',
  'ToolSearch',
  'StructuredOutput',
  'ListAgents',
  'Skill',
]);
const readOnlyCommand = /^(?:echo|ls|cat|pwd|head|tail|wc|true|false|date|whoami|sleep)\b[^<>|&`$]*$/u;

/** Asks, in this order, the hooks, the rules, and the host. */
export function* permit(state: AgentState, record: TurnRecord, call: ToolCall, id: string): Coroutine<Permission> {
  const hooks = yield* runHooks(
    state,
    record,
    'PreToolUse',
    { name: call.name, id },
    { tool_name: call.name, tool_input: call.input, tool_use_id: id },
  );
  if (hooks.timedOut) {
    const message =
      'PreToolUse hook did not respond before its timeout (host client may be unreachable). The tool call was not executed; other configured hooks may not have completed.';
    return { run: false, message, meta: {}, denied: false };
  }
  record.stopping ||= hooks.stops;
  const input = hooks.updatedInput ?? call.input;
  if (hooks.blockedBy !== undefined) {
    const meta = {
      non_execution_kind: 'permission-rule',
      permission_decision: { decision: 'reject', source: 'hook', reason_type: 'hook' },
    };
    return { run: false, message: `PreToolUse:${call.name} hook error: ${hooks.blockedBy}`, meta, denied: true };
  }
  if (hooks.allowed) return { run: true, input, decision: { decision: 'accept', source: 'hook', reason_type: 'hook' } };
  const rule = ruleFor(state, call, input);
  if (rule !== undefined)
    return { run: true, input, decision: { decision: 'accept', source: 'config', ...(rule === '' ? {} : { reason_type: rule }) } };
  if (state.flags.value('permission-prompt-tool') !== 'stdio') {
    const message = `${call.name} needs approval, and this session has nobody to ask.`;
    state.say(systemFrame(state, 'permission_denied', { tool_name: call.name, tool_use_id: id, message }));
    return {
      run: false,
      message,
      meta: { non_execution_kind: 'user-rejected', permission_decision: { decision: 'reject', source: 'config' } },
      denied: true,
    };
  }
  return yield* askHost(state, record, call, id, input);
}

/** What allows the call without asking, if anything does; empty where the real CLI gives no reason. */
function ruleFor(state: AgentState, call: ToolCall, input: JsonObject): string | undefined {
  if (state.permissionMode === 'bypassPermissions') return 'mode';
  const allowed = [...state.flags.values('allowedTools'), ...state.flags.values('allowed-tools')];
  if (state.allowed.has(call.name) || allowed.some((rule) => rule === call.name || rule.startsWith(`${call.name}(`))) return 'rule';
  if (state.permissionMode === 'acceptEdits' && ['Write', 'Edit', 'NotebookEdit'].includes(call.name)) return 'mode';
  if (call.ask !== undefined) return call.ask ? undefined : 'rule';
  if (call.name === 'StructuredOutput') return '';
  if (readOnlyTools.has(call.name)) return 'other';
  const command = input['command'];
  return call.name === 'Bash' && typeof command === 'string' && command.split(';').every((part) => readOnlyCommand.test(part.trim()))
    ? 'subcommandResults'
    : undefined;
}

function* askHost(state: AgentState, record: TurnRecord, call: ToolCall, id: string, input: JsonObject): Coroutine<Permission> {
  const suggestions = suggestionsFor(state, call, input);
  const [, server] = call.name.startsWith('mcp__') ? call.name.split('__') : [];
  const about = typeof input['file_path'] === 'string' ? input['file_path'].split('/').at(-1) : input['description'];
  const description = typeof about === 'string' ? { description: about } : {};
  reportActivity(state, 'requires_action');
  let answer: Answer | undefined;
  try {
    // The PermissionRequest callbacks are asked at the same time; only the host's own answer decides here.
    [answer] = yield* all<Answer | undefined>([
      state.ask({
        subtype: 'can_use_tool',
        tool_name: call.name,
        ...(server === undefined ? {} : { mcp_server: { name: server, source: 'sdk' } }),
        display_name: displayName(call.name),
        input,
        ...description,
        ...(call.name === 'AskUserQuestion' ? {} : { permission_suggestions: suggestions }),
        ...(server === undefined ? {} : { server_policy_ask_only: true }),
        tool_use_id: id,
        ...(call.name === 'AskUserQuestion' ? { requires_user_interaction: true } : {}),
      }),
      asEffect(() => permissionHooks(state, record, call, id, input, suggestions)),
    ]);
  } catch (reason) {
    record.denials.push(denialOf(call, id, input));
    throw reason;
  }
  reportActivity(state, 'running');
  return verdictOf(state, record, call, id, input, answer ?? { kind: 'closed' });
}

function* permissionHooks(
  state: AgentState,
  record: TurnRecord,
  call: ToolCall,
  id: string,
  input: JsonObject,
  suggestions: readonly JsonObject[],
): Coroutine<undefined> {
  yield* runHooks(
    state,
    record,
    'PermissionRequest',
    { name: call.name, id },
    { tool_name: call.name, tool_input: input, permission_suggestions: suggestions },
  );
  return undefined;
}

function verdictOf(state: AgentState, record: TurnRecord, call: ToolCall, id: string, input: JsonObject, answer: Answer): Permission {
  const rejected = (message: string): Permission => ({
    run: false,
    message,
    meta: { non_execution_kind: 'permission-rule', permission_decision: { decision: 'reject', source: 'config', reason_type: 'other' } },
    denied: true,
  });
  if (answer.kind === 'error') return rejected(`Tool permission request failed: Error: ${answer.error}`);
  if (answer.kind !== 'success')
    return rejected('Tool permission request failed: AbortError: Tool permission stream closed before response received');
  const { behavior, message, updatedInput, updatedPermissions, interrupt } = answer.response;
  if (behavior === 'allow') {
    applyUpdates(state, updatedPermissions);
    return { run: true, input: isObject(updatedInput) ? updatedInput : input, decision: { decision: 'accept', source: 'user_temporary' } };
  }
  if (behavior !== 'deny' || typeof message !== 'string') return rejected(invalidAnswer);
  if (interrupt === true) {
    record.denials.push(denialOf(call, id, input));
    throw new TurnInterrupted(true);
  }
  return {
    run: false,
    message,
    meta: { non_execution_kind: 'permission-rule', permission_decision: { decision: 'reject', source: 'user_reject' } },
    denied: true,
  };
}

/** Permission updates that came with an answer: rules for tools, and the mode. */
function applyUpdates(state: AgentState, updates: unknown): void {
  for (const update of Array.isArray(updates) ? (updates as unknown[]) : []) {
    if (!isObject(update)) continue;
    if (update['type'] === 'setMode' && typeof update['mode'] === 'string') {
      state.permissionMode = update['mode'];
      state.say(systemFrame(state, 'status', { status: null, permissionMode: state.permissionMode }));
    }
    if (update['type'] !== 'addRules' || update['behavior'] !== 'allow' || !Array.isArray(update['rules'])) continue;
    for (const rule of update['rules'] as unknown[])
      if (isObject(rule) && typeof rule['toolName'] === 'string') state.allowed.add(rule['toolName']);
  }
}

function suggestionsFor(state: AgentState, call: ToolCall, input: JsonObject): readonly JsonObject[] {
  const mode = { type: 'setMode', mode: 'acceptEdits', destination: 'session' };
  if (call.name === 'Bash') {
    const rules = [{ toolName: 'Bash', ruleContent: typeof input['command'] === 'string' ? input['command'] : '' }];
    return [
      { type: 'addRules', rules, behavior: 'allow', destination: 'localSettings' },
      { type: 'addDirectories', directories: [state.cwd], destination: 'session' },
      mode,
    ];
  }
  if (['Write', 'Edit', 'NotebookEdit'].includes(call.name)) return [mode];
  return [{ type: 'addRules', rules: [{ toolName: call.name }], behavior: 'allow', destination: 'localSettings' }];
}

function displayName(tool: string): string {
  const last = tool.startsWith('mcp__') ? (tool.split('__')[2] ?? tool) : tool;
  return last.charAt(0).toUpperCase() + last.slice(1);
}

export function denialOf(call: ToolCall, id: string, input: JsonObject): JsonObject {
  return { tool_name: call.name, tool_use_id: id, tool_input: input };
}
