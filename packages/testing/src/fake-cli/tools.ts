import { isObject, type JsonObject } from '../scenario/json.ts';
import type { ToolCall } from '../scenario/reply.ts';
import type { AgentState } from './agent-state.ts';
import { startTask } from './background.ts';
import { perform, type Coroutine, type Effect } from './coroutine.ts';
import { runHooks } from './hooks.ts';
import type { ToolOutcome } from './host.ts';
import { callMcpTool, errorOf, resultOf } from './mcp.ts';
import type { NumberedCall } from './model-message.ts';
import { denialOf, permit } from './permission.ts';
import { noteInterruption, sayUser, TurnInterrupted, TurnKilled, type TurnRecord } from './turn-record.ts';

const rejection =
  "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file). STOP what you are doing and wait for the user to tell you how to proceed.";

/** What a tool returned, in the three forms in which the CLI prints it. */
interface ToolResult {
  readonly content: unknown;
  readonly isError: boolean | undefined;
  /** `tool_use_result`, also what a PostToolUse hook sees. */
  readonly response: unknown;
}

/** Runs the calls of one message, one after the other. */
export function* runTools(state: AgentState, record: TurnRecord, calls: readonly NumberedCall[]): Coroutine<'continue' | 'structured'> {
  for (const [index, { id, block }] of calls.entries()) {
    if (block.tool === undefined) continue;
    let verdict: 'continue' | 'structured';
    try {
      verdict = yield* runTool(state, record, block.tool, id);
    } catch (reason) {
      if (reason instanceof TurnInterrupted) closeInterrupted(state, record, calls.slice(index));
      if (reason instanceof TurnKilled && record.executing) sayKilled(state, record, id);
      throw reason;
    }
    if (verdict !== 'continue') return verdict;
  }
  return 'continue';
}

/** What the CLI prints for a command that dies with it. */
function sayKilled(state: AgentState, record: TurnRecord, id: string): void {
  sayUser(state, record, [{ type: 'tool_result', content: 'Exit code 137', is_error: true, tool_use_id: id }], {
    tool_use_result: 'Error: Exit code 137',
    tool_result_meta: [{ id, permission_decision: record.decision }],
  });
}

function closeInterrupted(state: AgentState, record: TurnRecord, open: readonly NumberedCall[]): void {
  for (const { id } of open) {
    sayUser(state, record, [{ type: 'tool_result', content: rejection, is_error: true, tool_use_id: id }], {
      tool_use_result: 'User rejected tool use',
      tool_result_meta: [{ id, non_execution_kind: 'user-rejected' }],
    });
  }
  noteInterruption(state, record, true);
}

function* runTool(state: AgentState, record: TurnRecord, call: ToolCall, id: string): Coroutine<'continue' | 'structured'> {
  const permission = yield* permit(state, record, call, id);
  if (!permission.run) {
    if (permission.denied) record.denials.push(denialOf(call, id, call.input));
    sayUser(state, record, [{ type: 'tool_result', content: permission.message, is_error: true, tool_use_id: id }], {
      tool_use_result: `Error: ${permission.message}`,
      ...(Object.keys(permission.meta).length === 0 ? {} : { tool_result_meta: [{ id, ...permission.meta }] }),
    });
    return 'continue';
  }
  const { input } = permission;
  record.decision = permission.decision;
  const result = yield* execute(state, record, { ...call, input }, id);
  const hooks = yield* runHooks(
    state,
    record,
    result.isError === true ? 'PostToolUseFailure' : 'PostToolUse',
    { name: call.name, id },
    {
      tool_name: call.name,
      tool_input: input,
      ...(result.isError === true ? { error: result.content } : { tool_response: result.response }),
      tool_use_id: id,
      duration_ms: 1,
    },
  );
  const { content } = result;
  const asked = call.name === 'AskUserQuestion';
  const block =
    result.isError === true || asked
      ? { type: 'tool_result', content, ...(asked ? {} : { is_error: true }), tool_use_id: id }
      : { tool_use_id: id, type: 'tool_result', content, ...(result.isError === undefined ? {} : { is_error: false }) };
  sayUser(state, record, [block], {
    tool_use_result: result.response,
    tool_result_meta: [{ id, permission_decision: permission.decision }],
  });
  if (call.name === 'StructuredOutput') {
    record.structured = input;
    return 'structured';
  }
  record.stopping ||= hooks.stops;
  return 'continue';
}

function* execute(state: AgentState, record: TurnRecord, call: ToolCall, id: string): Coroutine<ToolResult> {
  const [prefix, server, ...rest] = call.name.split('__');
  const client = prefix === 'mcp' && server !== undefined ? state.mcp.get(server) : undefined;
  if (client !== undefined) {
    const answer = yield* callMcpTool(state, client, rest.join('__'), call.input, id);
    const result = resultOf(answer);
    if (result !== undefined && result['isError'] !== true)
      return { content: result['content'], isError: undefined, response: result['content'] };
    const text = result === undefined ? errorOf(answer) : textOf(result['content']);
    return { content: text, isError: true, response: `Error: ${text}` };
  }
  if (call.name === 'StructuredOutput') {
    const said = 'Structured output provided successfully';
    return { content: said, isError: undefined, response: said };
  }
  if (call.input['run_in_background'] === true) return runInBackground(state, call, id);
  if (call.name === 'AskUserQuestion' && isObject(call.input['answers'])) return answeredQuestions(call.input, call.input['answers']);
  record.executing = true;
  const outcome = yield* perform(workOf(state, call));
  record.executing = false;
  return call.name === 'Bash' || outcome.code !== 0
    ? resultOfOutcome(outcome)
    : { content: outcome.stdout, isError: undefined, response: outcome.stdout };
}

function answeredQuestions(input: JsonObject, answers: JsonObject): ToolResult {
  const pairs = Object.entries(answers).map(([question, answer]) => `"${question}"=${JSON.stringify(answer)}`);
  const content = `Your questions have been answered: ${pairs.join(', ')}. You can now continue with these answers in mind.`;
  return { content, isError: undefined, response: input };
}

function runInBackground(state: AgentState, call: ToolCall, id: string): ToolResult {
  const description = typeof call.input['description'] === 'string' ? call.input['description'] : call.name;
  const task = startTask(state, { toolUseId: id, description, begin: (done) => workOf(state, call)(done) });
  const content = `Command running in background with ID: ${task.id}. Output is being written to: ${state.cwd}/tasks/${task.id}.output`;
  return {
    content,
    isError: false,
    response: { stdout: '', stderr: '', interrupted: false, isImage: false, noOutputExpected: false, backgroundTaskId: task.id },
  };
}

/** The work of a tool: really a command where there is one and no output is given, otherwise the given output after a while. */
function workOf(state: AgentState, call: ToolCall): Effect<ToolOutcome> {
  const { command } = call.input;
  if (call.output === undefined && call.ms === undefined && call.name === 'Bash' && typeof command === 'string') {
    return (resume) => state.host.runCommand(command, resume);
  }
  const code = call.isError === true ? 1 : 0;
  const outcome = { stdout: call.output ?? 'ok', stderr: '', code };
  return (resume) => state.host.after(call.ms ?? 0, () => resume(outcome));
}

function resultOfOutcome(outcome: ToolOutcome): ToolResult {
  const stdout = outcome.stdout.trimEnd();
  const stderr = outcome.stderr.trimEnd();
  if (outcome.code !== 0) {
    const content = [`Exit code ${outcome.code}`, stdout, stderr].filter((part) => part !== '').join('\n');
    return { content, isError: true, response: `Error: ${content}` };
  }
  const response: JsonObject = { stdout, stderr, interrupted: false, isImage: false, noOutputExpected: false };
  return { content: [stdout, stderr].filter((part) => part !== '').join('\n'), isError: false, response };
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return String(content);
  return content.map((block: unknown) => (isObject(block) && typeof block['text'] === 'string' ? block['text'] : '')).join('\n');
}
