import type { ControlChannel } from '../control/types.ts';
import { ControlError } from '../errors/control-error.ts';
import { ExitError } from '../errors/exit-error.ts';
import type { InitializeHooks, InitializeResponse } from '../wire/control.ts';
import type { InitializeRequest } from '../wire/control-outgoing.ts';
import { timeLimit } from './clocks.ts';
import type { SessionOptions } from './options.ts';

/** What the host declares besides its options. */
export interface Declarations {
  readonly hooks: InitializeHooks | null;
  readonly sdkMcpServers: readonly string[];
}

type Field = readonly [name: keyof InitializeRequest & string, value: unknown];

/** The body of `initialize`: what does not fit on a command line, or must not be seen there. What is not given is left out: the CLI has its own. */
export function initializeBody(options: SessionOptions, { hooks, sdkMcpServers }: Declarations): InitializeRequest {
  const { systemPrompt, dialogs, mcpServers } = options;
  const fields: readonly Field[] = [
    ['sdkMcpServers', sdkMcpServers.length === 0 ? undefined : sdkMcpServers],
    ['mcpServers', Object.keys(mcpServers ?? {}).length === 0 ? undefined : mcpServers],
    ['jsonSchema', options.jsonSchema],
    ['systemPrompt', typeof systemPrompt === 'string' ? [systemPrompt] : systemPrompt],
    ['appendSystemPrompt', options.appendSystemPrompt],
    ['excludeDynamicSections', options.excludeDynamicSections],
    ['planModeInstructions', options.planModeInstructions],
    ['toolAliases', options.toolAliases],
    ['agents', options.agents],
    ['title', options.title],
    ['skills', options.skills],
    ['promptSuggestions', options.promptSuggestions],
    ['agentProgressSummaries', options.agentProgressSummaries],
    ['forwardSubagentText', options.forwardSubagentText],
    ['supportedDialogKinds', dialogs === undefined ? undefined : Object.keys(dialogs)],
  ];
  return { hooks, ...Object.fromEntries(fields.filter(([, value]) => value !== undefined)) };
}

/**
 * Asks `initialize` and waits for the answer: only then is the process known to work. A process that ends before is reported as such, whatever its
 * exit code.
 */
export async function shakeHands(
  control: ControlChannel,
  body: InitializeRequest,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
): Promise<InitializeResponse> {
  try {
    return await control.request('initialize', body, { timeoutMs, ...(signal !== undefined && { signal }) });
  } catch (cause) {
    if (cause instanceof ControlError && cause.code === 'CONTROL_TIMEOUT')
      throw timeLimit('init', timeoutMs, 'The CLI did not answer initialize', cause);
    if (!(cause instanceof ExitError)) throw cause;
    const { exitCode, signal: exitSignal, stderrTail, pid } = cause;
    throw new ExitError({
      code: 'EXIT_EARLY',
      phase: 'initializing',
      exitCode,
      signal: exitSignal,
      stderrTail,
      pid,
      cause,
      message: cause.message,
    });
  }
}
