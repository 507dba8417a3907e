import { cliFacts } from '../scenario/cli-facts.ts';
import { systemFrame, userFrame } from '../scenario/frames.ts';
import { isObject, type JsonObject } from '../scenario/json.ts';
import { costOfAll, modelUsage } from '../scenario/usage.ts';
import type { AgentState } from './agent-state.ts';
import { applyInitialize, initializeAnswer, listedModels } from './initialize.ts';
import { addMcpServer, refreshTools } from './mcp.ts';

/** How a control request is answered. `undefined` as payload leaves the field out, as the real CLI does for some. */
export interface Responder {
  readonly id: unknown;
  success(payload?: JsonObject, envelope?: JsonObject): void;
  error(text: string, code?: string, extra?: JsonObject): void;
}

/** What only the agent's main part can do. */
export interface ControlPowers {
  /** Ends the running turn, if there is one; `answer` goes out between the calling off and the turn's last frames. */
  interrupt(answer: () => void): void;
  cancelQueued(uuid?: string): readonly string[];
  /** Ends the session, with an error result first when a turn runs. */
  endSession(): void;
}

type Handler = (state: AgentState, request: JsonObject, answer: Responder, powers: ControlPowers) => void;

const uuidsQueued = (state: AgentState): readonly string[] =>
  state.queue.flatMap((message) => (message.uuid === undefined ? [] : [message.uuid]));

const handlers: Readonly<Record<string, Handler>> = {
  initialize: (state, request, answer) => {
    const again = state.initialized || state.begun;
    state.initialized = true;
    applyInitialize(state, request);
    const reply = (): void => {
      answer.success(initializeAnswer(state), { pending_permission_requests: [], pending_user_dialog_requests: [] });
      if (again) state.say(systemFrame(state, 'background_tasks_changed', { tasks: [] }));
    };
    // The first message to an in-process server goes out before this answer, but its reply is not waited for.
    if (state.mcp.size > 0 && !again) state.host.after(5, reply);
    else reply();
  },
  interrupt: (state, request, answer, powers) => {
    powers.interrupt(() => {
      const cancelled = request['cancel_queued'] === true ? { cancelled: powers.cancelQueued() } : {};
      answer.success({ still_queued: uuidsQueued(state), ...cancelled });
    });
  },
  set_model: (state, request, answer) => {
    const wanted = request['model'];
    if (wanted !== undefined && wanted !== null && typeof wanted !== 'string') {
      answer.error('set_model: model must be a string', 'invalid_request', { model: state.model });
      return;
    }
    state.model = wanted ?? state.defaultModel;
    const note = `<local-command-stdout>Set model to \`${state.model}\`</local-command-stdout>`;
    if (state.begun) state.say(userFrame(state, note, { isReplay: true }));
    answer.success({ model: state.model });
  },
  set_permission_mode: (state, request, answer) => {
    const mode = request['mode'];
    if (typeof mode !== 'string' || !cliFacts.permissionModes.includes(mode)) {
      answer.error(`Cannot set permission mode: must be one of ${cliFacts.permissionModes.join(', ')}`, 'invalid_mode');
      return;
    }
    const launched = ['dangerously-skip-permissions', 'allow-dangerously-skip-permissions'].some((flag) => state.flags.has(flag));
    if (mode === 'bypassPermissions' && !launched) {
      const why = 'because the session was not launched with --dangerously-skip-permissions';
      answer.error(`Cannot set permission mode to bypassPermissions ${why}`, 'bypass_not_launched');
      return;
    }
    state.permissionMode = mode;
    answer.success({ mode });
    state.say(systemFrame(state, 'status', { status: null, permissionMode: mode }));
  },
  set_max_thinking_tokens: (_state, _request, answer) => answer.success(),
  apply_flag_settings: (_state, _request, answer) => answer.success(),
  seed_read_state: (_state, _request, answer) => answer.success(),
  set_has_subscribers: (_state, _request, answer) => answer.success(),
  rename_session: (state, request, answer) => {
    state.say(systemFrame(state, 'session_title_changed', { title: request['title'] }));
    answer.success();
  },
  mcp_status: (state, _request, answer) => {
    const servers = [...state.mcp.values()].map(({ name, status, serverInfo, tools }) => ({
      name,
      status,
      ...(serverInfo === undefined ? {} : { serverInfo }),
      transport: 'sdk',
      scope: 'dynamic',
      source: 'sdk',
      ...(tools.length === 0 ? {} : { tools: tools.map((tool) => ({ name: tool, annotations: {} })) }),
    }));
    answer.success({ mcpServers: servers });
  },
  mcp_set_servers: (state, request, answer) => {
    const servers = isObject(request['servers']) ? request['servers'] : {};
    const added = Object.entries(servers).flatMap(([name, server]) =>
      isObject(server) && server['type'] === 'sdk' && !state.mcp.has(name) ? [name] : [],
    );
    answer.success({ added, removed: [], errors: {} });
    for (const name of added) addMcpServer(state, name);
  },
  mcp_message: (state, request, answer) => {
    answer.success();
    const client = state.mcp.get(String(request['server_name']));
    const { message } = request;
    if (client?.status === 'connected' && isObject(message) && message['method'] === 'notifications/tools/list_changed')
      refreshTools(state, client);
  },
  mcp_reconnect: (state, request, answer) => needServer(state, request, answer),
  mcp_toggle: (state, request, answer) => needServer(state, request, answer),
  get_context_usage: (state, _request, answer) => {
    // The real CLI counts for a while and answers this one late, after requests that came later.
    state.host.after(5, () => answer.success(contextUsage(state)));
  },
  get_session_cost: (state, _request, answer) => answer.success({ text: `Estimated cost:        $${costOfAll(state.total).toFixed(4)}` }),
  get_usage: (state, _request, answer) => {
    const session = {
      total_api_duration_ms: 0,
      total_duration_ms: state.host.nowMs() - state.startedMs,
      total_lines_added: 0,
      total_lines_removed: 0,
      model_usage: modelUsage(state.total),
    };
    answer.success({ session, subscription_type: null, rate_limits_available: false, rate_limits: null, behaviors: null });
  },
  get_binary_version: (state, _request, answer) =>
    answer.success({ version: state.scenario.version ?? cliFacts.version, buildTime: '2026-11-19T16:23:05Z', oldestDesktopSdk: '0.3.280' }),
  get_settings: (state, _request, answer) =>
    answer.success({ effective: {}, sources: [], applied: { model: state.model, effort: 'medium' } }),
  list_models: (_state, _request, answer) => answer.success({ models: listedModels() }),
  list_permission_rules: (state, _request, answer) =>
    answer.success({ state: { rules: [], workspaceDirectories: [], originalCwd: state.cwd, managedOnly: false } }),
  stop_task: (state, request, answer) => {
    answer.success({});
    state.tasks.get(String(request['task_id']))?.stop();
  },
  background_tasks: (_state, _request, answer) => answer.success({}),
  cancel_async_message: (_state, request, answer, powers) => {
    answer.success({ cancelled: powers.cancelQueued(String(request['message_uuid'])).length > 0 });
  },
  get_hooks_listing: (_state, _request, answer) => answer.success({ events: [], hooks: [], eventCatalog: [] }),
  reload_skills: (_state, _request, answer) => answer.success({ skills: [] }),
  reload_plugins: (_state, _request, answer) => answer.success({ commands: [], agents: [], plugins: [], mcpServers: [], error_count: 0 }),
  reload_output_styles: (_state, _request, answer) => answer.success({ available_output_styles: cliFacts.outputStyles }),
  file_suggestions: (state, _request, answer) => answer.success({ suggestions: [], cwd: state.cwd }),
  read_file: (_state, request, answer) => answer.error(`read denied: ${String(request['path'])}`),
  get_task_output: (_state, _request, answer) =>
    answer.error('get_task_output: no shell or Monitor task with that task_id in this session'),
  side_question: (state, request, answer) => {
    state.say(systemFrame(state, 'control_request_progress', { request_id: answer.id, status: 'started' }));
    answer.success({ response: state.scenario.reply ?? String(request['question']), synthetic: false });
  },
  rewind_files: (_state, _request, answer) => answer.error('File rewinding is not enabled.'),
  end_session: (_state, _request, answer, powers) => {
    answer.success();
    powers.endSession();
  },
};

/** Answers a control request of the host. */
export function handleControl(state: AgentState, request: JsonObject, answer: Responder, powers: ControlPowers): void {
  const subtype = request['subtype'];
  const handler = typeof subtype === 'string' && Object.hasOwn(handlers, subtype) ? handlers[subtype] : undefined;
  if (handler === undefined) answer.error(`Unsupported control request subtype: ${String(subtype)}`, 'unsupported_request');
  else handler(state, request, answer, powers);
}

function needServer(state: AgentState, request: JsonObject, answer: Responder): void {
  const name = String(request['serverName']);
  if (state.mcp.has(name)) answer.success({});
  else answer.error(`Server not found: ${name}`);
}

function contextUsage(state: AgentState): JsonObject {
  const used = [...state.total.values()].reduce((sum, count) => sum + count.input + count.output, 0);
  return {
    categories: [{ id: 'messages', name: 'Messages', tokens: used, color: 'purple_FOR_SUBAGENTS_ONLY', kind: 'used' }],
    totalTokens: used,
    maxTokens: 1_000_000,
    rawMaxTokens: 1_000_000,
    percentage: Math.round(used / 10_000),
    model: state.model,
    isAutoCompactEnabled: true,
    memoryFiles: [],
    mcpTools: [],
    agents: [],
    gridRows: [],
  };
}
