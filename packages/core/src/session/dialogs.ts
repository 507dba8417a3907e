import type { ControlChannel } from '../control/types.ts';
import type { DialogAnswer, ElicitationAnswer, ElicitationRequest } from '../wire/control.ts';

/** Answers a question that an MCP server asks of a person. */
export type OnElicitation = (request: ElicitationRequest, context: { readonly signal: AbortSignal }) => Promise<ElicitationAnswer>;

/** Shows a dialog of one kind and returns what the person chose. */
export type OnDialog = (payload: unknown, context: { readonly signal: AbortSignal; readonly toolUseId?: string }) => Promise<DialogAnswer>;

/** Callbacks that ask a person. */
export interface DialogCallbacks {
  readonly onElicitation?: OnElicitation;
  readonly dialogs?: Readonly<Record<string, OnDialog>>;
}

/** Answers `elicitation` and `request_user_dialog`. Without a callback a server's question is declined, not left to hang. */
export function answerDialogs(control: ControlChannel, { onElicitation, dialogs = {} }: DialogCallbacks): void {
  control.handle('elicitation', async (body, { signal }) => {
    if (onElicitation === undefined) return { action: 'decline' };
    const answer = await onElicitation(body, { signal });
    if (!['accept', 'decline', 'cancel'].includes(answer.action))
      throw new TypeError("onElicitation must answer { action: 'accept' | 'decline' | 'cancel' }.");
    return answer;
  });
  control.handle('request_user_dialog', async ({ dialog_kind: kind, payload, tool_use_id: toolUseId }, { signal }) => {
    const show = Object.hasOwn(dialogs, kind) ? dialogs[kind] : undefined;
    if (show === undefined) return { behavior: 'cancelled' };
    return await show(payload, { signal, ...(toolUseId !== undefined && { toolUseId }) });
  });
}
