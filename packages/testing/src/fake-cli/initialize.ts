import { cliFacts, fastMode } from '../scenario/cli-facts.ts';
import { systemFrame } from '../scenario/frames.ts';
import { isObject, type JsonObject } from '../scenario/json.ts';
import type { AgentState, HookMatcher } from './agent-state.ts';
import { addMcpServer } from './mcp.ts';

/** Takes over what an `initialize` request asks for. */
export function applyInitialize(state: AgentState, request: JsonObject): void {
  if (isObject(request['hooks'])) {
    for (const [event, matchers] of Object.entries(request['hooks'])) state.hooks.set(event, parseMatchers(matchers));
  }
  if (typeof request['title'] === 'string') state.say(systemFrame(state, 'session_title_changed', { title: request['title'] }));
  const names = request['sdkMcpServers'];
  for (const name of Array.isArray(names) ? (names as unknown[]) : []) if (typeof name === 'string') addMcpServer(state, name);
  for (const name of configuredServers(state)) addMcpServer(state, name);
}

function parseMatchers(matchers: unknown): readonly HookMatcher[] {
  return (Array.isArray(matchers) ? (matchers as unknown[]) : []).filter(isObject).map((matcher) => ({
    matcher: typeof matcher['matcher'] === 'string' ? matcher['matcher'] : undefined,
    callbackIds: (Array.isArray(matcher['hookCallbackIds']) ? (matcher['hookCallbackIds'] as unknown[]) : []).filter(
      (id) => typeof id === 'string',
    ),
    timeoutMs: typeof matcher['timeout'] === 'number' ? matcher['timeout'] * 1000 : undefined,
    blocks: matcher['onFailure'] === 'block',
  }));
}

/** Servers of type `sdk` in `--mcp-config`, which is JSON text here; files name external servers, which the fake has none of. */
function configuredServers(state: AgentState): readonly string[] {
  return state.flags.rawValues('mcp-config').flatMap((text) => {
    try {
      const config: unknown = JSON.parse(text);
      const servers = isObject(config) && isObject(config['mcpServers']) ? config['mcpServers'] : {};
      return Object.entries(servers).flatMap(([name, server]) => (isObject(server) && server['type'] === 'sdk' ? [name] : []));
    } catch {
      return [];
    }
  });
}

/** The payload of the answer to `initialize`. */
export function initializeAnswer(state: AgentState): JsonObject {
  return {
    commands: cliFacts.slashCommands.map((name) => ({ name, description: `The ${name} command`, argumentHint: '', builtin: true })),
    agents: cliFacts.agents.map((name) => ({ name, description: `The ${name} agent` })),
    output_style: 'default',
    available_output_styles: cliFacts.outputStyles,
    models: listedModels(),
    account: { tokenSource: 'none', apiKeySource: 'ANTHROPIC_API_KEY', apiProvider: 'firstParty' },
    pid: state.host.pid,
    claude_code_version: state.scenario.version ?? cliFacts.version,
    current_permission_mode: state.permissionMode,
    ...(state.hooks.size > 0 ? { hooks_applied: true } : {}),
    hook_on_failure_supported: true,
    hooks_when_unanswered_kept: 0,
    other_hook_ask_outranks_host: true,
    feedback_mode: { kind: 'disabled' },
    analytics_disabled: true,
    remote_control_auto_enable: false,
    remote_control_auto_connect_default: false,
    remote_control_available: false,
    remote_control_auto_on_by_default: false,
    ide_rc_auto_enable_gate: false,
    ...fastMode,
    session_state: 'idle',
    capabilities: cliFacts.capabilities,
  };
}

export function listedModels(): readonly JsonObject[] {
  return cliFacts.models.map(({ value, resolved, name }) => ({
    value,
    resolvedModel: resolved,
    displayName: name,
    description: `The ${name} model`,
    supportsEffort: true,
    supportedEffortLevels: ['low', 'medium', 'high', 'xhigh', 'max'],
    supportsAdaptiveThinking: true,
    supportsAutoMode: true,
    supportsThinkingOff: false,
  }));
}
