import type { JsonObject } from './json.ts';

/** Tokens of one model. */
export interface TokenCount {
  readonly input: number;
  readonly output: number;
}

/** Tokens per model, in the order in which the models were first used. */
export type TokenLedger = ReadonlyMap<string, TokenCount>;

/** US dollars for one input and one output token, as the real CLI prices its default model. */
const prices = Object.freeze({ input: 0.000004, output: 0.00002 });

/** A stand-in for a tokenizer: the fake models count a fixed overhead and one token for four letters. */
export function tokensOf(text: string): number {
  return 7 + Math.ceil(text.length / 4);
}

export function addTokens(ledger: TokenLedger, model: string, count: TokenCount): TokenLedger {
  const before = ledger.get(model) ?? { input: 0, output: 0 };
  return new Map(ledger).set(model, { input: before.input + count.input, output: before.output + count.output });
}

function costOf(count: TokenCount): number {
  return count.input * prices.input + count.output * prices.output;
}

export function costOfAll(ledger: TokenLedger): number {
  return [...ledger.values()].reduce((sum, count) => sum + costOf(count), 0);
}

/** `modelUsage` of a result: cumulative over the process. */
export function modelUsage(ledger: TokenLedger): JsonObject {
  return Object.fromEntries(
    [...ledger].map(([model, count]) => [
      model,
      {
        inputTokens: count.input,
        outputTokens: count.output,
        cacheReadInputTokens: 0,
        cacheCreationInputTokens: 0,
        webSearchRequests: 0,
        costUSD: costOf(count),
        contextWindow: 1_000_000,
        maxOutputTokens: 128_000,
        thinkingTokens: 0,
        cacheCreationEphemeral5mInputTokens: 0,
        cacheCreationEphemeral1hInputTokens: 0,
        canonicalModel: model,
        provider: 'firstParty',
        costBasis: 'list',
      },
    ]),
  );
}

/** `usage` of a message on the wire. */
export function messageUsage(count: TokenCount): JsonObject {
  return { input_tokens: count.input, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: count.output };
}

/** `usage` of a result: this turn only. */
export function turnUsage(count: TokenCount): JsonObject {
  return {
    ...messageUsage(count),
    output_tokens_details: { thinking_tokens: 0 },
    server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
    service_tier: 'standard',
    cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 0 },
    inference_geo: '',
    iterations: [],
    speed: 'standard',
    fallback_credit: null,
  };
}
