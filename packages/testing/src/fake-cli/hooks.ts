import { systemFrame } from '../scenario/frames.ts';
import { isObject, type JsonObject } from '../scenario/json.ts';
import type { AgentState, Answer, HookMatcher } from './agent-state.ts';
import { all, type Coroutine, type Effect } from './coroutine.ts';
import type { TurnRecord } from './turn-record.ts';

/** What the hooks of one event decided together. */
export interface HookVerdict {
  /** Why the call or the prompt may not go on. */
  readonly blockedBy: string | undefined;
  /** A PreToolUse hook that allowed the call, which spares asking. */
  readonly allowed: boolean;
  readonly updatedInput: JsonObject | undefined;
  /** A hook said `continue: false`: the turn ends after this. */
  readonly stops: boolean;
  /** No answer within the hook's own limit: the tool is not run. */
  readonly timedOut: boolean;
}

/** A hook's own limit when `initialize` names none, in milliseconds. */
const defaultTimeoutMs = 60_000;

interface Callback {
  readonly id: string;
  readonly matcher: HookMatcher;
}

/** Calls every callback that `initialize` registered for the event, at once, and waits for all of them. */
export function* runHooks(
  state: AgentState,
  record: TurnRecord,
  event: string,
  tool: { readonly name: string; readonly id: string } | undefined,
  input: JsonObject,
): Coroutine<HookVerdict> {
  const callbacks = (state.hooks.get(event) ?? [])
    .filter((matcher) => matches(matcher, tool?.name))
    .flatMap((matcher) => matcher.callbackIds.map((id): Callback => ({ id, matcher })));
  const toolUseId = tool?.id ?? state.uuid();
  const effects = callbacks.map(({ id, matcher }): Effect<Answer> =>
    state.ask(
      {
        subtype: 'hook_callback',
        callback_id: id,
        input: {
          session_id: state.sessionId,
          transcript_path: `${state.host.env['CLAUDE_CONFIG_DIR'] ?? `${state.host.env['HOME'] ?? ''}/.claude`}/projects/${state.cwd.replaceAll(/[^a-zA-Z0-9]/gu, '-')}/${state.sessionId}.jsonl`,
          cwd: state.cwd,
          prompt_id: record.promptId,
          permission_mode: state.permissionMode,
          ...(event === 'UserPromptSubmit' ? {} : { effort: { level: 'medium' } }),
          hook_event_name: event,
          ...input,
        },
        tool_use_id: toolUseId,
      },
      { timeoutMs: matcher.timeoutMs ?? defaultTimeoutMs },
    ),
  );
  const answers = yield* all(effects);
  return merge(answers.map((answer, index) => judge(state, event, tool?.name, callbacks[index], answer)));
}

function matches(matcher: HookMatcher, tool: string | undefined): boolean {
  const pattern = matcher.matcher;
  if (tool === undefined || pattern === undefined || pattern === '' || pattern === '*') return true;
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(tool);
  } catch {
    return pattern === tool;
  }
}

const nothing: HookVerdict = { blockedBy: undefined, allowed: false, updatedInput: undefined, stops: false, timedOut: false };

function merge(verdicts: readonly HookVerdict[]): HookVerdict {
  return verdicts.reduce(
    (sum, verdict) => ({
      blockedBy: sum.blockedBy ?? verdict.blockedBy,
      allowed: sum.allowed || verdict.allowed,
      updatedInput: verdict.updatedInput ?? sum.updatedInput,
      stops: sum.stops || verdict.stops,
      timedOut: sum.timedOut || verdict.timedOut,
    }),
    nothing,
  );
}

function judge(state: AgentState, event: string, tool: string | undefined, callback: Callback | undefined, answer: Answer): HookVerdict {
  const id = callback?.id ?? '';
  if (answer.kind === 'timeout') return { ...nothing, timedOut: true };
  if (answer.kind === 'closed') return nothing;
  if (answer.kind === 'error') {
    state.host.complain(`Error in hook callback ${id}: error: ${answer.error}`);
    const failure = `Hook callback ${id} failed: the SDK host replied with an error or an invalid answer.`;
    const blocks = callback?.matcher.blocks === true;
    const consequence = blocks ? ' onFailure is "block", so this failure counts as a block.' : ' Its answer was treated as empty.';
    state.say(
      systemFrame(state, 'informational', { content: `${event}: ${failure}${consequence}`, level: 'warning', tag: 'hook_callback_failed' }),
    );
    return blocks ? { ...nothing, blockedBy: `[callback]: failed; blocking because onFailure is "block"\n${failure}` } : nothing;
  }
  const output = answer.response;
  const specific = isObject(output['hookSpecificOutput']) ? output['hookSpecificOutput'] : {};
  const denied = specific['permissionDecision'] === 'deny' || output['decision'] === 'block';
  const reason =
    specific['permissionDecisionReason'] ?? output['reason'] ?? `${event}${tool === undefined ? '' : `:${tool}`} blocked by hook`;
  return {
    blockedBy: denied ? textOrJson(reason) : undefined,
    allowed: specific['permissionDecision'] === 'allow' || output['decision'] === 'approve',
    updatedInput: isObject(specific['updatedInput']) ? specific['updatedInput'] : undefined,
    stops: output['continue'] === false,
    timedOut: false,
  };
}

function textOrJson(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
