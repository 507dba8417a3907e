import type { ApiUsage, ResultMessage } from '@subwire/core';
import type { Style } from './style.ts';

const thousands = new Intl.NumberFormat('en-US');

/** A whole number for people: `1,234`. */
export function formatCount(count: number): string {
  return thousands.format(count);
}

/** A time span for people: `40 ms`, `2.4 s`, `12 s`, `3 min 05 s`. */
export function formatSpan(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** US dollars for people: never less than what two places can show. */
export function formatCost(usd: number): string {
  return `$${usd === 0 || usd >= 1 ? usd.toFixed(2) : usd.toFixed(4)}`;
}

function tokens(usage: ApiUsage | undefined): readonly string[] {
  const { input_tokens: input, output_tokens: output, cache_read_input_tokens: read, cache_creation_input_tokens: created } = usage ?? {};
  // What is unknown is left out: a 0 would claim that it was free.
  if (input === undefined || output === undefined) return [];
  return [`${thousands.format(input + (read ?? 0) + (created ?? 0))} tokens in`, `${thousands.format(output)} out`];
}

/** Options of {@link renderSummary}. */
export interface SummaryOptions {
  /** Replaces `done` or `failed`. */
  readonly outcome?: string | undefined;
  /** Whether other turns of the same process came before: the agent counts its cost over all of them. @defaultValue false */
  readonly cumulative?: boolean;
}

/**
 * What a turn took, in one line without a line feed: outcome, cost, tokens, time, and the conversation for a later `--resume`.
 */
export function renderSummary(result: ResultMessage, style: Style, { outcome, cumulative = false }: SummaryOptions = {}): string {
  const { is_error: failed, subtype, total_cost_usd: cost, usage, duration_ms: ms, session_id: session } = result;
  const parts = [
    outcome ?? (failed ? `failed (${subtype})` : 'done'),
    ...(cost === undefined ? [] : [`${formatCost(cost)}${cumulative ? ' so far' : ''}`]),
    ...tokens(usage),
    formatSpan(ms),
    ...(session === '' ? [] : [`session ${session}`]),
  ];
  return style.dim(parts.join(' · '));
}
