import { initFrame, systemFrame } from '../scenario/frames.ts';
import type { AgentState } from './agent-state.ts';
import { sayResult, type TurnRecord } from './turn-record.ts';

/** `/clear`: the conversation ends and the session gets a new id. */
export function clearConversation(state: AgentState, record: TurnRecord): void {
  state.sessionId = state.uuid();
  state.say({
    type: 'conversation_reset',
    new_conversation_id: state.sessionId,
    trigger: 'clear',
    user_message_uuid: record.messages.at(-1)?.uuid ?? state.uuid(),
    uuid: state.uuid(),
    timestamp: state.timestamp(),
    session_id: state.sessionId,
  });
  state.say(systemFrame(state, 'background_tasks_changed', { tasks: [] }));
  state.say(initFrame(state, { permissionMode: state.permissionMode }));
  sayResult(state, record, { result: '', local_command: 'clear', num_turns: 0, terminal_reason: undefined });
}
