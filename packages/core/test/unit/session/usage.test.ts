import { describe, expect, test } from 'vitest';
import { addUsage, emptyUsage, type ResultMessage, type UsageLedger } from '@subwire/core';

const result = (
  totals: Record<string, readonly [input: number, output: number, cost: number]>,
  cost: number | undefined,
  more: object = {},
): ResultMessage =>
  ({
    type: 'result',
    subtype: 'success',
    is_error: false,
    session_id: 's',
    ...(cost !== undefined && { total_cost_usd: cost }),
    modelUsage: Object.fromEntries(
      Object.entries(totals).map(([model, [inputTokens, outputTokens, costUSD]]) => [
        model,
        { inputTokens, outputTokens, costUSD, cacheReadInputTokens: 0, cacheCreationInputTokens: 0 },
      ]),
    ),
    ...more,
  }) as unknown as ResultMessage;

const add = (results: readonly ResultMessage[]): UsageLedger => results.reduce((ledger, one) => addUsage(ledger, one), emptyUsage);

describe('P44 the use of a session', () => {
  test('three turns with cumulative totals: the deltas sum to the last total', () => {
    const ledger = add([
      result({ big: [10, 5, 0.1] }, 0.1),
      result({ big: [25, 9, 0.3], small: [4, 1, 0.01] }, 0.31),
      result({ big: [40, 20, 0.5], small: [4, 1, 0.01] }, 0.51),
    ]);
    expect(ledger.models['big']).toMatchObject({ inputTokens: 40, outputTokens: 20 });
    expect(ledger.models['big']!.costUsd).toBeCloseTo(0.5);
    expect(ledger.models['small']).toMatchObject({ inputTokens: 4, outputTokens: 1 });
    expect(ledger.costUsd).toBeCloseTo(0.51);
    expect(ledger.turns.map(({ delta }) => delta['big']!.inputTokens)).toEqual([10, 15, 15]);
    expect(ledger.turns[2]!.raw['big']!.inputTokens).toBe(40);
  });

  test('a restart in between does not go negative: totals that shrink begin a new epoch', () => {
    const ledger = add([result({ big: [100, 50, 1] }, 1), result({ big: [10, 5, 0.1] }, 0.1), result({ big: [12, 6, 0.2] }, 0.2)]);
    expect(ledger.turns.map(({ epoch }) => epoch)).toEqual([0, 1, 1]);
    expect(ledger.models['big']).toMatchObject({ inputTokens: 112, outputTokens: 56 });
    expect(ledger.costUsd).toBeCloseTo(1.2);
    for (const { delta } of ledger.turns) for (const counts of Object.values(delta)) expect(counts.inputTokens).toBeGreaterThanOrEqual(0);
  });

  test('a restart that is known counts from nothing although the totals have grown', () => {
    const first = addUsage(emptyUsage, result({ big: [10, 5, 0.1] }, 0.1));
    const second = addUsage(first, result({ big: [15, 8, 0.2] }, 0.2), true);
    expect(second.epoch).toBe(1);
    expect(second.models['big']!.inputTokens).toBe(25);
  });

  test('what the CLI does not say is null, never 0', () => {
    const ledger = addUsage(emptyUsage, result({}, undefined, { modelUsage: { odd: { inputTokens: 3 } } }));
    expect(ledger.costUsd).toBeNull();
    expect(ledger.turns[0]).toMatchObject({ rawCostUsd: null, costUsd: null });
    expect(ledger.models['odd']).toEqual({
      inputTokens: 3,
      outputTokens: null,
      cacheReadInputTokens: null,
      cacheCreationInputTokens: null,
      costUsd: null,
    });
    expect(addUsage(emptyUsage, result({}, undefined, { modelUsage: undefined })).models).toEqual({});
  });

  test('a model that one result leaves out keeps its last total', () => {
    const ledger = add([
      result({ a: [10, 1, 0.1], b: [5, 1, 0.1] }, 0.2),
      result({ a: [12, 1, 0.1] }, 0.2),
      result({ a: [12, 1, 0.1], b: [7, 1, 0.1] }, 0.2),
    ]);
    expect(ledger.models['b']!.inputTokens).toBe(7);
  });
});
