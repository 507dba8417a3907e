import type { Message, ResultMessage, Session } from '@subwire/core';
import type { FirstState, SessionRecord } from './session-record.ts';

/** What was seen while the conversation was cleared. */
export interface ClearEvidence {
  readonly idBefore: string | undefined;
  readonly messages: readonly Message[];
  readonly result: ResultMessage;
  readonly initial: FirstState | undefined;
}

/**
 * Whether a conversation is proven to be gone: the agent reports the reset under the old id and names a new conversation; after it, its `system/init` begins
 * under a session id that was not there before, with permissions, model and directory as at first; and the result of a turn that succeeded, without a word of
 * the model, comes under that same id. The id of the new conversation is not the one of the new session. Anything less is no proof, and the session goes.
 */
export function isProvenClear({ idBefore, messages, result, initial }: ClearEvidence): boolean {
  const at = messages.findIndex((message) => message.type === 'conversation_reset');
  const reset = messages[at];
  if (reset?.type !== 'conversation_reset') return false;
  const { session_id: idOfReset, new_conversation_id: idOfConversation } = reset;
  const old = new Set([idBefore, idOfReset]);
  if (!idOfReset || (idBefore !== undefined && idOfReset !== idBefore)) return false;
  if (!idOfConversation || old.has(idOfConversation)) return false;
  // A model that speaks was asked: then it was no command, and there is something to remember.
  if (messages.some(({ type }) => type === 'assistant')) return false;
  let idAfter: string | undefined;
  for (const [index, message] of messages.entries()) {
    if (message.type !== 'system') continue;
    const { subtype, tasks, session_id: id, ...state } = message as { readonly subtype: string; readonly [more: string]: unknown };
    if (subtype === 'background_tasks_changed' && Array.isArray(tasks) && tasks.length > 0) return false;
    if (subtype !== 'init' || index < at) continue;
    if (initial !== undefined && !isAsAtFirst(state, initial)) return false;
    if (typeof id !== 'string' || id === '' || old.has(id) || (idAfter !== undefined && idAfter !== id)) return false;
    idAfter = id;
  }
  return idAfter !== undefined && !result.is_error && result.subtype === 'success' && result.session_id === idAfter;
}

function isAsAtFirst(state: Readonly<Record<string, unknown>>, initial: FirstState): boolean {
  return state['permissionMode'] === initial.permissionMode && state['model'] === initial.model && state['cwd'] === initial.cwd;
}

/** Empties the conversation of a session and says whether that is proven. Whoever calls this bounds the wait. */
export async function clearConversation(
  session: Session,
  record: Pick<SessionRecord, 'initial' | 'isTouched'> | undefined,
): Promise<boolean> {
  // Work in the background would go on into the next lease, and what a control request has set outlives `/clear`, a model and permissions above all.
  if (record === undefined || record.isTouched || session.tasks.length > 0) return false;
  const { id: idBefore } = session;
  const { initial } = record;
  const messages: Message[] = [];
  const watch = session.messages$.subscribe({ next: (message) => messages.push(message), error: () => {} });
  try {
    const result = await session.prompt('/clear').result();
    if (!isProvenClear({ idBefore, messages, result, initial })) return false;
    return session.id === result.session_id && !record.isTouched;
  } finally {
    watch.unsubscribe();
  }
}
