import type { ResultMessage } from '@subwire/core';
import { describe, expect, it } from 'vitest';
import { createStyle } from '../../../src/render/style.ts';
import { formatCost, formatSpan, renderSummary } from '../../../src/render/summary.ts';

const plain = createStyle({ hasColors: false });
const base = {
  type: 'result',
  subtype: 'success',
  is_error: false,
  duration_ms: 3210,
  duration_api_ms: 1,
  num_turns: 1,
  session_id: 's1',
} as const;

describe('renderSummary', () => {
  it('counts cached tokens as input', () => {
    const usage = { input_tokens: 10, cache_read_input_tokens: 1000, cache_creation_input_tokens: 224, output_tokens: 56 };
    const result: ResultMessage = { ...base, total_cost_usd: 0.0123, usage };
    expect(renderSummary(result, plain)).toBe('done · $0.0123 · 1,234 tokens in · 56 out · 3.2 s · session s1');
  });

  it('leaves out what is unknown', () => expect(renderSummary({ ...base, session_id: '' }, plain)).toBe('done · 3.2 s'));

  it('names a failure, or another outcome', () => {
    const failed: ResultMessage = { ...base, is_error: true, subtype: 'error_max_turns' };
    expect(renderSummary(failed, plain)).toMatch(/^failed \(error_max_turns\) · /);
    expect(renderSummary(failed, plain, { outcome: 'interrupted' })).toMatch(/^interrupted · /);
    expect(renderSummary({ ...base, total_cost_usd: 1 }, plain, { cumulative: true })).toContain(' · $1.00 so far · ');
  });

  it('is dim where colours are wanted', () => {
    expect(renderSummary(base, createStyle({ hasColors: true }))).toBe('\u001b[2mdone · 3.2 s · session s1\u001b[22m');
  });
});

describe('formatSpan', () => {
  it.each([
    [40, '40 ms'],
    [999, '999 ms'],
    [2449, '2.4 s'],
    [59_400, '59 s'],
    [185_000, '3 min 05 s'],
  ])('shows %d as %s', (ms, text) => expect(formatSpan(ms)).toBe(text));
});

describe('formatCost', () => {
  it.each([
    [0, '$0.00'],
    [0.0002, '$0.0002'],
    [0.5, '$0.5000'],
    [12.345, '$12.35'],
  ])('shows %d as %s', (usd, text) => expect(formatCost(usd)).toBe(text));
});
