import { resultFrame, systemFrame, userFrame } from '../scenario/frames.ts';
import type { JsonObject } from '../scenario/json.ts';
import { addTokens, tokensOf, type TokenCount } from '../scenario/usage.ts';
import type { AgentState, UserMessage } from './agent-state.ts';

/** Thrown into a turn to end it early. */
export class TurnInterrupted extends Error {
  /** Whether the user's own words stopped it, which the real CLI notes in the conversation. */
  readonly noted: boolean;
  /** Whether the process is gone before the result could be printed. */
  readonly silent: boolean;

  constructor(noted: boolean, silent = false) {
    super('The turn was interrupted.');
    this.name = 'TurnInterrupted';
    this.noted = noted;
    this.silent = silent;
  }
}

/** Thrown into a turn when the process is told to end: a tool that runs is reported as killed, and nothing else is said. */
export class TurnKilled extends Error {}

/** What a turn has come to so far. */
export interface TurnRecord {
  readonly messages: UserMessage[];
  /** Messages that arrived while a tool ran and were taken into this turn. */
  readonly folded: UserMessage[];
  readonly startedMs: number;
  readonly promptId: string;
  readonly origin: JsonObject | undefined;
  readonly denials: JsonObject[];
  /** Messages of the user role that the turn added, which `num_turns` counts. */
  userFrames: number;
  stopReason: string | null;
  tokens: TokenCount;
  text: string;
  /** The tool call that is open, for an interruption to close. */
  openTools: readonly string[];
  structured: unknown;
  /** How the open call was permitted. */
  decision: JsonObject;
  /** A command runs right now. */
  executing: boolean;
  /** `system/init` was printed. */
  announced: boolean;
  /** A hook wants the turn to end after the tools of this message. */
  stopping: boolean;
}

export function createRecord(state: AgentState, messages: readonly UserMessage[], origin?: JsonObject): TurnRecord {
  return {
    messages: [...messages],
    folded: [],
    startedMs: state.host.nowMs(),
    promptId: state.uuid(),
    origin,
    denials: [],
    userFrames: 0,
    stopReason: null,
    tokens: { input: 0, output: 0 },
    text: '',
    openTools: [],
    structured: undefined,
    decision: {},
    executing: false,
    announced: false,
    stopping: false,
  };
}

export function uuidsOf(messages: readonly UserMessage[]): readonly string[] {
  return messages.flatMap((message) => (message.uuid === undefined ? [] : [message.uuid]));
}

/** `user_message_uuid` and `user_message_uuids`, present when the host numbered its messages. */
export function messageMarks(own: readonly UserMessage[], folded: readonly UserMessage[] = []): JsonObject {
  const last = uuidsOf(own).at(-1);
  return last === undefined ? {} : { user_message_uuid: last, user_message_uuids: uuidsOf([...own, ...folded]) };
}

/** Tells the host what became of its numbered messages. */
export function reportLifecycle(
  state: AgentState,
  messages: readonly UserMessage[],
  stage: 'queued' | 'started' | 'completed' | 'cancelled',
): void {
  for (const uuid of uuidsOf(messages)) {
    state.say({ type: 'command_lifecycle', command_uuid: uuid, state: stage, uuid: state.uuid(), session_id: state.sessionId });
  }
}

/** With the variable that the official SDK sets, the CLI tells whether it works. */
export function reportActivity(state: AgentState, activity: 'running' | 'requires_action' | 'idle'): void {
  if (state.host.env['CLAUDE_CODE_SDK_READS_SESSION_STATE'] !== '1') return;
  state.say(systemFrame(state, 'session_state_changed', { state: activity, sdk_host_only: true }));
}

export function sayUser(state: AgentState, record: TurnRecord, content: unknown, fields: JsonObject = {}): void {
  record.userFrames += 1;
  state.say(userFrame(state, content, fields));
}

/** What the CLI adds to the conversation when the user stopped it. */
export function noteInterruption(state: AgentState, record: TurnRecord, inTool: boolean): void {
  sayUser(state, record, [{ type: 'text', text: `[Request interrupted by user${inTool ? ' for tool use' : ''}]` }]);
}

export function spend(state: AgentState, record: TurnRecord, text: string): void {
  const count = { input: 10, output: tokensOf(text) };
  record.tokens = { input: record.tokens.input + count.input, output: record.tokens.output + count.output };
  state.total = addTokens(state.total, state.model, count);
  state.since = addTokens(state.since, state.model, count);
}

/** What a result tells about its first request, when the host numbered its messages. */
function requestMarks(record: TurnRecord): JsonObject {
  return { request_sent_wall_ms: Math.round(record.startedMs), first_request_input_tokens: 10, first_request_cache_read_input_tokens: 0 };
}

/** Prints the result and counts it. */
export function sayResult(state: AgentState, record: TurnRecord, fields: JsonObject): void {
  const failed = fields['is_error'] === true;
  state.say(
    resultFrame(state, {
      index: state.results,
      turns: 1 + record.userFrames,
      durationMs: state.host.nowMs() - record.startedMs,
      stopReason: record.stopReason,
      tokens: record.tokens,
      total: state.total,
      since: state.since,
      denials: record.denials,

      timings: record.tokens.output > 0 && !failed,
      fields: {
        ...(record.origin === undefined ? {} : { origin: record.origin }),
        ...fields,
        ...messageMarks(record.messages, record.folded),
        ...(record.tokens.output > 0 && !failed && uuidsOf(record.messages).length > 0 ? requestMarks(record) : {}),
      },
    }),
  );
  state.results += 1;
  state.since = new Map();
  state.lastFailed = failed;
}
