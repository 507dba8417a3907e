import { cliFacts } from '../scenario/cli-facts.ts';
import { isObject, type JsonObject } from '../scenario/json.ts';
import { wait, type AgentState, type Answer, type McpClient } from './agent-state.ts';
import { perform, run, type Coroutine, type Effect } from './coroutine.ts';

/** How long a server may take to answer its first message, in milliseconds. */
const connectTimeoutMs = 30_000;

/** How long after the first answer the CLI goes on, in milliseconds: behind its own answer to `initialize`. */
const settleMs = 10;

/** Begins to connect to an in-process server of the host. A repeated name is left alone. */
export function addMcpServer(state: AgentState, name: string): void {
  if (state.mcp.has(name)) return;
  const client: McpClient = { name, status: 'pending', serverInfo: undefined, tools: [], nextId: 0, waiting: [], attempts: 0 };
  state.mcp.set(name, client);
  connectInBackground(state, client);
}

/** `mcp_servers` of `system/init`. */
export function mcpStatuses(state: AgentState): readonly JsonObject[] {
  return [...state.mcp.values()].map(({ name, status }) => ({ name, status, source: 'sdk' }));
}

/** Holds the first turn back until every server has answered, or has failed twice. */
export function* mcpReady(state: AgentState): Coroutine {
  for (const client of state.mcp.values()) {
    while (client.status === 'pending' || (client.status === 'failed' && client.attempts < 2)) {
      if (client.status === 'failed') connectInBackground(state, client);
      yield* perform<undefined>((resume) => {
        if (client.status === 'pending') client.waiting.push(() => resume(undefined));
        else resume(undefined);
        return () => {};
      });
    }
  }
}

/** Calls a tool. An interruption sends `notifications/cancelled`. */
export function* callMcpTool(state: AgentState, client: McpClient, tool: string, input: unknown, toolUseId: string): Coroutine<Answer> {
  const id = client.nextId++;
  const message = {
    method: 'tools/call',
    params: { name: tool, arguments: input, _meta: { 'claudecode/toolUseId': toolUseId, progressToken: id } },
    jsonrpc: '2.0',
    id,
  };
  return yield* perform(
    send(state, client, message, {
      withdraw: () => {
        notify(state, client, 'notifications/cancelled', { requestId: id, reason: 'AbortError: remote-cancel' });
      },
    }),
  );
}

function connectInBackground(state: AgentState, client: McpClient): void {
  client.status = 'pending';
  client.attempts += 1;
  run(connect(state, client), (connected) => {
    client.status = connected ? 'connected' : 'failed';
    for (const resume of client.waiting.splice(0)) resume();
  });
}

function* connect(state: AgentState, client: McpClient): Coroutine<boolean> {
  client.nextId = 1;
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: {
      name: 'claude-code',
      title: 'Claude Code',
      description: "Anthropic's agentic coding tool",
      websiteUrl: 'https://claude.com/claude-code',
      version: cliFacts.version,
    },
  };
  // The real CLI tries twice, 30 and 15 s, and does not withdraw what was not answered.
  const timeoutMs = client.attempts > 1 ? connectTimeoutMs / 2 : connectTimeoutMs;
  const answer = yield* perform(
    send(state, client, { method: 'initialize', params, jsonrpc: '2.0', id: 0 }, { timeoutMs, withdraw: () => {} }),
  );
  const result = resultOf(answer);
  if (result === undefined) return false;
  client.serverInfo = isObject(result['serverInfo']) ? result['serverInfo'] : undefined;
  yield* perform(wait(state, settleMs));
  notify(state, client, 'notifications/initialized');
  const listed = resultOf(yield* perform(listTools(state, client)));
  client.tools = toolNames(listed);
  return true;
}

/** The JSON-RPC result inside an answer, or undefined for any failure. */
export function resultOf(answer: Answer): JsonObject | undefined {
  const response = answer.kind === 'success' ? answer.response['mcp_response'] : undefined;
  return isObject(response) && isObject(response['result']) ? response['result'] : undefined;
}

/** The text of a JSON-RPC error or of a refused request. */
export function errorOf(answer: Answer): string {
  if (answer.kind === 'error') return answer.error;
  if (answer.kind !== 'success') return 'the host did not answer';
  const response = answer.response['mcp_response'];
  const error = isObject(response) ? response['error'] : undefined;
  return isObject(error) && typeof error['message'] === 'string' ? error['message'] : 'malformed answer';
}

function notify(state: AgentState, client: McpClient, method: string, params?: JsonObject): void {
  const message = { jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) };
  // The host answers notifications too; nobody waits for that.
  send(state, client, message)(() => {});
}

function send(
  state: AgentState,
  client: McpClient,
  message: JsonObject,
  options: { readonly timeoutMs?: number; readonly withdraw?: () => void } = {},
): Effect<Answer> {
  return state.ask({ subtype: 'mcp_message', server_name: client.name, message }, options);
}

function toolNames(result: JsonObject | undefined): readonly string[] {
  const tools = result?.['tools'];
  return (Array.isArray(tools) ? (tools as unknown[]) : []).flatMap((tool) =>
    isObject(tool) && typeof tool['name'] === 'string' ? [tool['name']] : [],
  );
}

/** The tools of connected servers as the model knows them. */
export function mcpToolNames(state: AgentState): readonly string[] {
  return [...state.mcp.values()].flatMap((client) => client.tools.map((tool) => `mcp__${client.name}__${tool}`));
}

/** A server said that its tools have changed. */
export function refreshTools(state: AgentState, client: McpClient): void {
  listTools(
    state,
    client,
  )((answer) => {
    client.tools = toolNames(resultOf(answer));
  });
}

function listTools(state: AgentState, client: McpClient): Effect<Answer> {
  return send(state, client, { method: 'tools/list', jsonrpc: '2.0', id: client.nextId++ }, { timeoutMs: connectTimeoutMs });
}
