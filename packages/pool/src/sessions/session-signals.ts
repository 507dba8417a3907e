import type { AssistantMessage, Message, ResultMessage, SystemMessage } from '@subwire/core';
import type { PressureSignal, Spend } from '../policy/worker-factory.ts';

/** Statuses by which the API says: not now. 529 and 503 are the provider's own trouble, which more requests only make worse. */
const throttling: ReadonlySet<number> = new Set([429, 503, 529]);

function isThrottling(status: unknown): boolean {
  return typeof status === 'number' && throttling.has(status);
}

/** What a message says about the rate of requests, if anything. */
export function pressureOf(message: Message): PressureSignal | undefined {
  switch (message.type) {
    case 'rate_limit_event': {
      const { status, resetsAt } = message.rate_limit_info;
      if (status !== 'rejected') return undefined;
      // A usage limit names the moment at which it ends; without one it is a matter of concurrency.
      return typeof resetsAt === 'number'
        ? { type: 'blocked', untilEpochMs: resetsAt * 1_000, cause: message }
        : { type: 'throttled', cause: message };
    }
    case 'system': {
      const { subtype, error_status: status, retry_delay_ms: delayMs } = message as SystemMessage;
      if (subtype !== 'api_retry' || !isThrottling(status)) return undefined;
      return { type: 'throttled', retryAfterMs: typeof delayMs === 'number' ? delayMs : undefined, cause: message };
    }
    case 'result':
      if (isThrottling(message.api_error_status)) return { type: 'throttled', cause: message };
      return message.is_error ? undefined : { type: 'served' };
    default:
      return undefined;
  }
}

/** Turns what a session says into what it spent since the last message. The CLI's cost is a running total of the conversation, never a difference. */
export function createSpendMeter(): (message: Message) => Spend | undefined {
  const seen = new Set<string>();
  let totalUsd = 0;

  function ofAssistant({ message }: AssistantMessage): Spend | undefined {
    const toolCalls = message.content.filter(({ type }) => type === 'tool_use').length;
    // Every block of one answer comes in a message of its own and repeats the usage of the whole.
    const isNew = message.id === undefined || !seen.has(message.id);
    if (message.id !== undefined) seen.add(message.id);
    const { input_tokens: input, output_tokens: output } = message.usage ?? {};
    const isKnown = input !== undefined || output !== undefined;
    if (!isNew) return toolCalls > 0 ? { toolCalls } : undefined;
    return { toolCalls, ...(isKnown ? { tokens: (input ?? 0) + (output ?? 0) } : { unknown: ['tokens'] as const }) };
  }

  function ofResult({ total_cost_usd: total }: ResultMessage): Spend {
    seen.clear();
    if (total === undefined) return { turns: 1, unknown: ['usd'] };
    const usd = Math.max(0, total - totalUsd);
    totalUsd = Math.max(totalUsd, total);
    return { turns: 1, usd };
  }

  return (message) => {
    // A new conversation begins at nothing: compared with the total of the last one, all that it costs would seem to be free.
    if (message.type === 'conversation_reset') totalUsd = 0;
    if (message.type === 'assistant') return ofAssistant(message);
    return message.type === 'result' ? ofResult(message) : undefined;
  };
}

/** How full the context was at the last answer, 0 to 100; undefined where the agent does not say how much fits. */
export function contextPercentOf(result: ResultMessage): number | undefined {
  const { usage } = result;
  const windows = Object.values(result.modelUsage ?? {}).flatMap(({ contextWindow }) =>
    contextWindow === undefined ? [] : [contextWindow],
  );
  if (usage === undefined || windows.length === 0) return undefined;
  const {
    input_tokens: input = 0,
    cache_creation_input_tokens: created = 0,
    cache_read_input_tokens: read = 0,
    output_tokens: output = 0,
  } = usage;
  return Math.min(100, ((input + created + read + output) / Math.max(...windows)) * 100);
}
