import type { ControlChannel } from '../control/types.ts';
import { channels } from '../diagnostics/channels.ts';
import type { PermissionVerdict } from '../wire/control.ts';

/** What a permission callback gets besides the tool and its input. */
export interface ToolUseContext {
  /** Fires when the CLI takes the question back, such as at an interrupt. */
  readonly signal: AbortSignal;
  readonly requestId: string;
  readonly toolUseId?: string;
  /** Rules that the CLI proposes to add; may be given back as `updatedPermissions`. */
  readonly suggestions?: readonly object[];
  readonly [more: string]: unknown;
}

/** Decides on one call of a tool. A throw denies the call, and the turn goes on. */
export type OnToolUse = (tool: string, input: unknown, context: ToolUseContext) => Promise<PermissionVerdict>;

/** Options of {@link answerToolUse}. */
export interface AnswerToolUseOptions {
  readonly onToolUse: OnToolUse;
  /** How long one decision may take, in milliseconds; the call is denied then. */
  readonly timeoutMs: number;
  readonly pid: () => number | undefined;
}

function checkVerdict(verdict: unknown): asserts verdict is PermissionVerdict {
  const { behavior, message, updatedPermissions } = (verdict ?? {}) as Readonly<Record<string, unknown>>;
  if (behavior === 'allow' && (updatedPermissions === undefined || Array.isArray(updatedPermissions))) return;
  if (behavior === 'deny' && typeof message === 'string') return;
  throw new TypeError("onToolUse must answer { behavior: 'allow' } or { behavior: 'deny', message }.");
}

/** Lets a callback decide on tool calls. What it throws, or answers wrongly or too late, denies the call; the turn goes on. */
export function answerToolUse(control: ControlChannel, { onToolUse, timeoutMs, pid }: AnswerToolUseOptions): Disposable {
  return control.handle(
    'can_use_tool',
    async (body, { signal, requestId }) => {
      const { tool_name: tool, input, tool_use_id: toolUseId, permission_suggestions: suggestions, ...more } = body;
      if (typeof tool !== 'string') throw new TypeError('The question names no tool.');
      channels.toolAsked.publish(() => ({ pid: pid(), tool, requestId }));
      const verdict = await onToolUse(tool, input, {
        ...more,
        signal,
        requestId,
        ...(toolUseId !== undefined && { toolUseId }),
        ...(suggestions != null && { suggestions }),
      });
      checkVerdict(verdict);
      channels.toolAnswered.publish(() => ({ pid: pid(), tool, requestId, behavior: verdict.behavior }));
      // Some versions run the tool with nothing when an allow carries no input.
      return verdict.behavior === 'allow' && verdict.updatedInput === undefined ? { ...verdict, updatedInput: input } : verdict;
    },
    { timeoutMs },
  );
}
