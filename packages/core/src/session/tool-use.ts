import type { ControlChannel } from '../control/types.ts';
import type { PermissionVerdict } from '../wire/control.ts';
import type { OnToolUse } from './types.ts';

function checkVerdict(verdict: unknown): asserts verdict is PermissionVerdict {
  const { behavior, message } = (verdict ?? {}) as { readonly behavior?: unknown; readonly message?: unknown };
  if (behavior === 'allow' || (behavior === 'deny' && typeof message === 'string')) return;
  throw new TypeError("onToolUse must answer { behavior: 'allow' } or { behavior: 'deny', message }.");
}

/** Lets a callback decide on tool calls. What it throws, or answers wrongly, denies the call; the turn goes on. */
export function answerToolUse(control: ControlChannel, onToolUse: OnToolUse): Disposable {
  return control.handle('can_use_tool', async (body, { signal, requestId }) => {
    const {
      subtype: _,
      tool_name: tool,
      input,
      tool_use_id: toolUseId,
      permission_suggestions: suggestions,
      ...more
    } = body as typeof body & { readonly subtype: string };
    const verdict = await onToolUse(tool, input, {
      ...more,
      signal,
      requestId,
      ...(toolUseId !== undefined && { toolUseId }),
      ...(suggestions != null && { suggestions }),
    });
    checkVerdict(verdict);
    // Some versions run the tool with nothing when an allow carries no input.
    return verdict.behavior === 'allow' && verdict.updatedInput === undefined ? { ...verdict, updatedInput: input } : verdict;
  });
}
