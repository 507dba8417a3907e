import { ConfigError } from '../errors/config-error.ts';
import { ControlError } from '../errors/control-error.ts';
import { startDeadline } from '../control/deadline.ts';
import type { ControlChannel } from '../control/types.ts';
import type { InitializeHooks } from '../wire/control.ts';

/** The moments at which the CLI can call a hook. Later ones may be given as well. */
export type HookEvent =
  | 'PreToolUse'
  | 'PostToolUse'
  | 'PostToolUseFailure'
  | 'PostToolBatch'
  | 'UserPromptSubmit'
  | 'UserPromptExpansion'
  | 'SessionStart'
  | 'SessionEnd'
  | 'Setup'
  | 'Stop'
  | 'StopFailure'
  | 'SubagentStart'
  | 'SubagentStop'
  | 'PreCompact'
  | 'PostCompact'
  | 'PermissionRequest'
  | 'PermissionDenied'
  | 'Notification'
  | 'Elicitation'
  | 'ElicitationResult'
  | (string & {});

/** Is called by the CLI. What it returns is the wire's own object, such as `{ decision: 'block', reason }` or `{ hookSpecificOutput }`. */
export type HookCallback = (
  // The CLI's input differs by event and grows between versions.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  input: any,
  toolUseId: string | undefined,
  context: { readonly signal: AbortSignal },
) => Promise<object>;

/** Hooks of one event that belong together. */
export interface HookMatcher {
  /** Which tools, as a pattern such as `Bash|Write`; null for all. @defaultValue null */
  readonly matcher?: string | null;
  /** How long one call may take, in seconds; the CLI withdraws the question then. @defaultValue the CLI's own, 60 */
  readonly timeout?: number;
  /** What a hook that fails means: the CLI goes on, or refuses what was asked. @defaultValue 'continue' */
  readonly onFailure?: 'continue' | 'block';
  /** All are called at once. */
  readonly hooks: readonly HookCallback[];
}

/** Hooks by event. */
export type Hooks = Readonly<Partial<Record<HookEvent, readonly HookMatcher[]>>>;

/** Hooks with the ids under which the CLI calls them. */
export interface HookTable {
  /** The field `hooks` of `initialize`; null when there are none. */
  readonly declaration: InitializeHooks | null;
  readonly size: number;
  /** Answers `hook_callback`. */
  answer(control: ControlChannel): Disposable;
}

interface Registered {
  readonly callback: HookCallback;
  readonly timeoutMs: number;
}

function fail(event: string, problem: string): never {
  throw new ConfigError({ code: 'INVALID_OPTION', option: `hooks.${event}`, message: `The option hooks.${event} ${problem}.` });
}

function checkMatcher(event: string, matcher: HookMatcher): void {
  if (!Array.isArray(matcher.hooks) || matcher.hooks.some((hook) => typeof hook !== 'function'))
    fail(event, 'needs matchers whose hooks are an array of functions');
  if (matcher.timeout !== undefined && !(matcher.timeout > 0)) fail(event, 'needs a timeout in seconds, more than 0');
}

function bounded({ callback, timeoutMs }: Registered, input: unknown, toolUseId: string | undefined, signal: AbortSignal): Promise<object> {
  return new Promise((resolve, reject) => {
    const stop = startDeadline(timeoutMs, () => {
      const message = `The hook did not answer within ${timeoutMs} ms.`;
      reject(new ControlError({ code: 'CONTROL_TIMEOUT', subtype: 'hook_callback', timeoutMs, message }));
    });
    new Promise<object>((settle) => settle(callback(input, toolUseId, { signal }))).then(resolve, reject).finally(stop);
  });
}

/**
 * Numbers hooks in the order in which they were registered, across all events, as the CLI's own clients do.
 * @throws ConfigError `INVALID_OPTION` that names the event
 */
export function createHookTable(hooks: Hooks = {}): HookTable {
  const callbacks = new Map<string, Registered>();
  const declaration: Record<string, InitializeHooks[string]> = {};
  for (const [event, matchers = []] of Object.entries(hooks)) {
    if (matchers.length === 0) continue;
    declaration[event] = matchers.map((entry) => {
      checkMatcher(event, entry);
      const { matcher, timeout, onFailure } = entry;
      const hookCallbackIds = entry.hooks.map((callback) => {
        const id = `hook_${callbacks.size}`;
        callbacks.set(id, { callback, timeoutMs: timeout === undefined ? Infinity : timeout * 1000 });
        return id;
      });
      return {
        matcher: matcher ?? null,
        hookCallbackIds,
        ...(timeout !== undefined && { timeout }),
        ...(onFailure !== undefined && { onFailure }),
      };
    });
  }
  return {
    declaration: callbacks.size === 0 ? null : declaration,
    size: callbacks.size,
    answer: (control) =>
      control.handle('hook_callback', async ({ callback_id: id, input, tool_use_id: toolUseId }, { signal }) => {
        const registered = callbacks.get(id);
        if (registered === undefined) throw new Error(`There is no hook with the id ${id}.`);
        const output: unknown = await bounded(registered, input, toolUseId ?? undefined, signal);
        if (output === undefined || output === null) return {};
        if (typeof output === 'object' && !Array.isArray(output)) return output;
        throw new TypeError('A hook must return an object, such as {} to go on.');
      }),
  };
}
