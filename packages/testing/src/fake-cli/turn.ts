import { cliFacts } from '../scenario/cli-facts.ts';
import { initFrame, systemFrame, userFrame } from '../scenario/frames.ts';
import type { JsonObject } from '../scenario/json.ts';
import { costOfAll } from '../scenario/usage.ts';
import { wait, type AgentState, type UserMessage } from './agent-state.ts';
import { apiError } from './api-error.ts';
import { perform, type Coroutine } from './coroutine.ts';
import { runHooks } from './hooks.ts';
import { clearConversation } from './local-commands.ts';
import { sayMessage } from './model-message.ts';
import { mcpReady, mcpStatuses, mcpToolNames } from './mcp.ts';
import { repliesTo } from './replies.ts';
import { runTools } from './tools.ts';
import {
  createRecord,
  noteInterruption,
  reportActivity,
  reportLifecycle,
  sayResult,
  TurnInterrupted,
  TurnKilled,
  uuidsOf,
  type TurnRecord,
} from './turn-record.ts';

const diagnostic = (stop: string | null): string => `[ede_diagnostic] result_type=user last_content_type=n/a stop_reason=${stop ?? 'null'}`;

/** One turn, from taking its messages to its result. */
export function* runTurn(state: AgentState, messages: readonly UserMessage[], origin?: JsonObject): Coroutine {
  const record = createRecord(state, messages, origin);
  let completed = true;
  reportLifecycle(state, messages, 'started');
  reportActivity(state, 'running');
  try {
    yield* perform(wait(state, 1));
    yield* converse(state, record);
  } catch (reason) {
    if (reason instanceof TurnKilled) return;
    if (!(reason instanceof TurnInterrupted)) throw reason;
    completed = false;
    if (reason.silent) return;
    if (!record.announced) announce(state, record);
    const tools = record.stopReason === 'tool_use';
    sayResult(state, record, {
      is_error: true,
      subtype: 'error_during_execution',
      terminal_reason: tools ? 'aborted_tools' : 'aborted_streaming',
      errors: [diagnostic(record.stopReason)],
    });
  }
  state.turnHooks.ended?.();
  reportLifecycle(state, record.messages, completed ? 'completed' : 'cancelled');
  reportActivity(state, 'idle');
}

function* converse(state: AgentState, record: TurnRecord): Coroutine {
  const prompt = record.messages.map((message) => message.text).join('\n');
  if (prompt.trim() === '/clear') {
    clearConversation(state, record);
    return;
  }
  if (record.origin === undefined) yield* runHooks(state, record, 'UserPromptSubmit', undefined, { prompt });
  yield* mcpReady(state);
  announce(state, record);
  state.turnHooks.began?.(state);
  if (record.messages.length > 0 && record.messages.every((message) => !message.queries)) {
    sayResult(state, record, { result: '', terminal_reason: undefined, num_turns: 0 });
    return;
  }
  const asked = record.messages.at(-1)?.text ?? prompt;
  yield* answer(state, record, asked);
}

/** The built-in tools that `--tools` leaves: all, some, or with an empty value none. */
function builtInTools({ flags }: AgentState): readonly string[] {
  const wanted = flags.values('tools');
  if (!flags.has('tools') || wanted.includes('default')) return cliFacts.tools;
  return cliFacts.tools.filter((name) => wanted.includes(name) || (name === 'Task' && wanted.includes('Agent')));
}

function announce(state: AgentState, record: TurnRecord): void {
  record.announced = true;
  const uuids = uuidsOf(record.messages);
  state.say(
    initFrame(state, {
      ...(state.mcp.size > 0 ? { mcp_servers: mcpStatuses(state) } : {}),
      tools: [...builtInTools(state), ...mcpToolNames(state)],
      permissionMode: state.permissionMode,
      claude_code_version: state.scenario.version ?? cliFacts.version,
      ...(uuids.length === 0 ? {} : { user_message_uuids: uuids }),
      ...state.scenario.init,
    }),
  );
}

function* answer(state: AgentState, record: TurnRecord, asked: string): Coroutine {
  const replies = [...(state.turnHooks.replies?.(asked) ?? repliesTo(asked, state.turns, state.scenario))];
  state.turns += 1;
  let first = true;
  let failures = 0;
  let stopHookActive = false;
  for (;;) {
    if (state.flags.has('include-partial-messages')) state.say(systemFrame(state, 'status', { status: 'requesting' }));
    yield* idle(state, record, state.scenario.replyDelayMs ?? 5);
    const reply = replies[0] ?? { kind: 'text', text: 'ok' };
    if (reply.kind === 'hang') {
      yield* idle(state, record, reply.ms ?? Infinity);
      replies.shift();
      continue;
    }
    if (reply.kind === 'error' || reply.kind === 'disconnect') {
      const outcome = yield* apiError(state, record, reply, failures++);
      if (outcome === 'failed') return;
      if (outcome === 'over') replies.shift();
      continue;
    }
    if (first) replayMessages(state, record);
    const calls = yield* sayMessage(state, record, reply, first);
    first = false;
    replies.shift();
    if (calls.length === 0) {
      const stop = yield* runHooks(state, record, 'Stop', undefined, {
        stop_hook_active: stopHookActive,
        last_assistant_message: record.text,
        background_tasks: [],
        session_crons: [],
      });
      if (stop.blockedBy === undefined || stopHookActive) break;
      stopHookActive = true;
      continue;
    }
    if (budgetReached(state, record)) return;
    const verdict = yield* runTools(state, record, calls);
    if (record.stopping) {
      sayResult(state, record, { result: '', terminal_reason: 'hook_stopped', api_error_status: null });
      return;
    }
    if (verdict === 'structured') break;
    if (limitReached(state, record)) return;
    const folded = foldQueued(state, record);
    if (replies.length === 0 && folded !== undefined) replies.push(...repliesTo(folded.text, state.turns, state.scenario));
  }
  if (state.turnHooks.withholdsResult === true) yield* idle(state, record, Infinity);
  reportLifecycle(state, record.folded, 'completed');
  sayResult(state, record, {
    api_error_status: null,
    result: record.structured === undefined ? record.text : JSON.stringify(record.structured),
    ...(record.structured === undefined ? {} : { structured_output: record.structured }),
  });
}

/** Waits for the model; an interruption meanwhile is noted as the real CLI does before the first byte. */
function* idle(state: AgentState, record: TurnRecord, ms: number): Coroutine {
  try {
    if (ms === Infinity) yield* perform<never>(() => () => {});
    else if (ms > 0) yield* perform(wait(state, ms));
  } catch (reason) {
    if (reason instanceof TurnInterrupted && reason.noted) {
      yield* perform(wait(state, 1));
      noteInterruption(state, record, false);
    }
    throw reason;
  }
}

/** With `--replay-user-messages` the CLI prints what it took. */
function replayMessages(state: AgentState, record: TurnRecord): void {
  if (!state.flags.has('replay-user-messages')) return;
  for (const message of record.messages) {
    state.say(userFrame(state, message.content, { ...(message.uuid === undefined ? {} : { uuid: message.uuid }), isReplay: true }));
  }
}

/** What arrived while tools ran belongs to this turn; gives the last of it. */
function foldQueued(state: AgentState, record: TurnRecord): UserMessage | undefined {
  const taken = state.queue.splice(0);
  record.folded.push(...taken);
  reportLifecycle(state, taken, 'started');
  return taken.at(-1);
}

/** Ends the turn when the tools would go beyond `--max-budget-usd`. */
function budgetReached(state: AgentState, record: TurnRecord): boolean {
  const limit = Number(state.flags.value('max-budget-usd') ?? Infinity);
  if (costOfAll(state.total) < limit) return false;
  const errors = [`Reached maximum budget ($${limit})`];
  sayResult(state, record, { is_error: true, subtype: 'error_max_budget_usd', terminal_reason: 'budget_exhausted', errors });
  return true;
}

/** Ends the turn after as many rounds of tools as `--max-turns` allows. */
function limitReached(state: AgentState, record: TurnRecord): boolean {
  const limit = Number(state.flags.value('max-turns') ?? Infinity);
  if (record.userFrames < limit) return false;
  sayResult(state, record, {
    is_error: true,
    subtype: 'error_max_turns',
    terminal_reason: 'max_turns',
    errors: [`Reached maximum number of turns (${limit})`],
  });
  return true;
}
