import type { Message, ResultMessage, Session } from '@subwire/core';
import type { SessionRecord } from './session-record.ts';

/** What was seen while the conversation was cleared. */
export interface ClearEvidence {
  readonly idBefore: string | undefined;
  readonly messages: readonly Message[];
  readonly result: ResultMessage;
  readonly initial: SessionRecord['initial'];
}

/**
 * Whether a conversation is proven to be gone: the agent said so, under a new id, in a turn that succeeded, with nothing left in the background, and
 * with permissions and directory as at first. Anything less is no proof, and the session goes.
 */
export function isProvenClear({ idBefore, messages, result, initial }: ClearEvidence): boolean {
  const reset = messages.find((message) => message.type === 'conversation_reset');
  if (reset === undefined) return false;
  const { new_conversation_id: idAfter } = reset;
  if (idAfter === undefined || idAfter === '' || idAfter === idBefore) return false;
  if (result.is_error || result.subtype !== 'success' || result.session_id !== idAfter) return false;
  for (const message of messages) {
    if (message.type !== 'system') continue;
    const { subtype, tasks, permissionMode, cwd } = message as { readonly subtype: string; readonly [more: string]: unknown };
    if (subtype === 'background_tasks_changed' && Array.isArray(tasks) && tasks.length > 0) return false;
    if (subtype === 'init' && initial !== undefined && (permissionMode !== initial.permissionMode || cwd !== initial.cwd)) return false;
  }
  return true;
}

/** Empties the conversation of a session and says whether that is proven. Whoever calls this bounds the wait. */
export async function clearConversation(session: Session, initial: SessionRecord['initial']): Promise<boolean> {
  const idBefore = session.id;
  const messages: Message[] = [];
  const watch = session.messages$.subscribe({ next: (message) => messages.push(message), error: () => {} });
  try {
    const result = await session.prompt('/clear').result();
    return isProvenClear({ idBefore, messages, result, initial }) && session.id !== idBefore;
  } finally {
    watch.unsubscribe();
  }
}
