import { Observable, type OperatorFunction } from 'rxjs';
import type { Message, ModelUsage } from '../wire/messages.ts';

/** What one turn cost, for one model. */
export interface TurnUsage {
  readonly model: string;
  readonly sessionId: string;
  /** As the CLI said it: cumulative over the life of the process. */
  readonly raw: ModelUsage;
  /** What this turn added. */
  readonly delta: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly cacheReadInputTokens: number;
    readonly cacheCreationInputTokens: number;
    readonly costUsd: number;
  };
}

type Totals = TurnUsage['delta'];

const zero: Totals = { inputTokens: 0, outputTokens: 0, cacheReadInputTokens: 0, cacheCreationInputTokens: 0, costUsd: 0 };

function totalsOf(usage: ModelUsage): Totals {
  const { inputTokens, outputTokens, cacheReadInputTokens, cacheCreationInputTokens, costUSD: costUsd } = usage;
  return { inputTokens, outputTokens, cacheReadInputTokens, cacheCreationInputTokens, costUsd };
}

function minus(now: Totals, before: Totals): Totals {
  const keys = Object.keys(zero) as (keyof Totals)[];
  // A total that went down belongs to another process: it starts from nothing, never from a negative number.
  const base = keys.some((key) => now[key] < before[key]) ? zero : before;
  return Object.fromEntries(keys.map((key) => [key, now[key] - base[key]])) as unknown as Totals;
}

/** What each turn used, per model. The CLI's figures grow over the life of a process, so adding them up over turns would count twice. */
export function toUsage(): OperatorFunction<Message, TurnUsage> {
  return (source) =>
    new Observable((subscriber) => {
      const seen = new Map<string, Totals>();
      return source.subscribe({
        next(message) {
          if (message.type !== 'result' || message.modelUsage === undefined) return;
          for (const [model, raw] of Object.entries(message.modelUsage)) {
            const totals = totalsOf(raw);
            const delta = minus(totals, seen.get(model) ?? zero);
            seen.set(model, totals);
            subscriber.next({ model, sessionId: message.session_id, raw, delta });
          }
        },
        error: (cause) => subscriber.error(cause),
        complete: () => subscriber.complete(),
      });
    });
}
