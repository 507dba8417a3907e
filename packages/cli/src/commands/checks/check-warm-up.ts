import { openSession, type SessionOptions } from '@subwire/core';
import type { Check } from '../../render/report.ts';

const timeoutMs = 20_000;

/** What a warm-up takes: from nothing to the answer to `initialize`. Sends no prompt, so it costs nothing. */
export async function checkWarmUp(name: string, options: SessionOptions, optional: boolean): Promise<Check> {
  const startedAt = performance.now();
  try {
    const session = await openSession({ ...options, initializeTimeoutMs: timeoutMs });
    const warmUpMs = Math.round(performance.now() - startedAt);
    const { account } = session.info;
    await session.close();
    const { tokenSource, apiKeySource } = account ?? {};
    return {
      name,
      verdict: 'ok',
      summary: `ready after ${warmUpMs} ms`,
      facts: { warmUpMs, tokenSource: tokenSource ?? null, apiKeySource: apiKeySource ?? null },
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const { code } = (error ?? {}) as { readonly code?: unknown };
    return {
      name,
      verdict: optional ? 'warning' : 'problem',
      summary: `did not become ready: ${message}`,
      facts: { warmUpMs: null, code: typeof code === 'string' ? code : null },
      advice: 'Run it by itself to see why, or look at what it says with subwire run --debug.',
    };
  }
}
