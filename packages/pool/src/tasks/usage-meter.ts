import type { Message, Session } from '@subwire/core';
import type { Spend } from '../policy/worker-factory.ts';
import { createSpendMeter } from '../sessions/session-signals.ts';
import type { TaskUsage } from './types.ts';

/** Counts what one task spends, over all its attempts. */
export interface UsageMeter {
  readonly usage: TaskUsage;
  /** Follows a session from here on; what others have spent in it before does not count. Returns what each message spends. */
  follow(session: Session): (message: Message) => Spend | undefined;
}

const noUsage: TaskUsage = Object.freeze({ usd: null, tokens: null, toolCalls: 0, turns: 0 });

/** Usage after a further spend. An amount that nobody told stays unknown. */
export function addUsage(usage: TaskUsage, spend: Spend): TaskUsage {
  return {
    usd: spend.usd === undefined ? usage.usd : (usage.usd ?? 0) + spend.usd,
    tokens: spend.tokens === undefined ? usage.tokens : (usage.tokens ?? 0) + spend.tokens,
    toolCalls: usage.toolCalls + (spend.toolCalls ?? 0),
    turns: usage.turns + (spend.turns ?? 0),
  };
}

export function createUsageMeter(): UsageMeter {
  let usage = noUsage;
  return {
    get usage() {
      return usage;
    },
    follow(session) {
      const meter = createSpendMeter();
      // The CLI's cost is a running total of its conversation: one that is taken up again begins with what it has cost before, one that was cleared with nothing.
      const before = session.usage.turns.at(-1)?.rawCostUsd;
      if (before != null) meter({ type: 'result', total_cost_usd: before } as Message);
      return (message) => {
        const spend = meter(message);
        if (spend !== undefined) usage = addUsage(usage, spend);
        return spend;
      };
    },
  };
}
