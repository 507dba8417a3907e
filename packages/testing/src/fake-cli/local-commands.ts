import { initFrame, systemFrame } from '../scenario/frames.ts';
import type { AgentState } from './agent-state.ts';
import { sayResult, type TurnRecord } from './turn-record.ts';

/**
 * `/clear`: the conversation ends, its costs are forgotten, and the session gets a new id. As in the real CLI, the old id is on everything up to `init`, and
 * the new conversation's is a third one.
 */
export function clearConversation(state: AgentState, record: TurnRecord): void {
  const conversationId = state.uuid();
  state.say({
    type: 'conversation_reset',
    new_conversation_id: conversationId,
    trigger: 'clear',
    user_message_uuid: record.messages.at(-1)?.uuid ?? state.uuid(),
    uuid: conversationId,
    timestamp: state.timestamp(),
    session_id: state.sessionId,
  });
  state.say(systemFrame(state, 'background_tasks_changed', { tasks: [] }));
  state.sessionId = state.uuid();
  state.total = new Map();
  state.since = new Map();
  state.say(initFrame(state, { permissionMode: state.permissionMode }));
  sayResult(state, record, { result: '', local_command: 'clear', num_turns: 0, terminal_reason: undefined });
}
