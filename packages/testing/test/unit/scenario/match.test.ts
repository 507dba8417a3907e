import { describe, expect, it } from 'vitest';
import { describeMismatch, match, substitute, type Bindings } from '../../../src/scenario/match.ts';

const bindingsOf = (expected: unknown, actual: unknown, known?: Bindings): Record<string, unknown> | undefined => {
  const result = match(expected, actual, known);
  return result.matches ? Object.fromEntries(result.bindings) : undefined;
};

describe('match', () => {
  it.each([
    ['fields that are not expected do not matter', { a: 1 }, { a: 1, b: 2 }, {}],
    ['nested fields are compared', { a: { b: [1, 'x'] } }, { a: { b: [1, 'x'] } }, {}],
    [
      'a placeholder matches anything and is remembered',
      { id: '$id', a: '$whole' },
      { id: 'r1', a: { b: 1 } },
      { id: 'r1', whole: { b: 1 } },
    ],
    ['$any matches and is forgotten', { id: '$any' }, { id: null }, {}],
    ['two dollars mean one', { price: '$$5' }, { price: '$5' }, {}],
    ['a lone dollar is a dollar', { price: '$' }, { price: '$' }, {}],
    [
      'text matches text blocks',
      { content: 'hello' },
      {
        content: [
          { type: 'text', text: 'hel' },
          { type: 'text', text: 'lo' },
        ],
      },
      {},
    ],
    ['text blocks match text', { content: [{ type: 'text', text: 'hi' }] }, { content: 'hi' }, {}],
    ['null is a value', { a: null }, { a: null }, {}],
  ] as const)('%s', (_name, expected, actual, bindings) => {
    expect(bindingsOf(expected, actual)).toEqual(bindings);
  });

  it.each([
    ['another value', { a: { b: 1 } }, { a: { b: 2 } }, 'a.b: expected 1, got 2'],
    ['a missing field', { a: 1 }, {}, 'a: expected 1, got nothing'],
    ['a placeholder needs something', { a: '$id' }, {}, 'a: expected "$id", got nothing'],
    ['another type', { a: { b: 1 } }, { a: 'text' }, 'a: expected {"b":1}, got "text"'],
    ['a list of another length', { a: [1] }, { a: [1, 2] }, 'a: expected [1], got [1,2]'],
    ['an item of a list', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, 'a[0].b: expected 1, got 2'],
    ['no object at all', { a: 1 }, 'text', 'the message: expected {"a":1}, got "text"'],
    ['null is not nothing', { a: null }, {}, 'a: expected null, got nothing'],
  ] as const)('names the field: %s', (_name, expected, actual, sentence) => {
    const result = match(expected, actual);
    expect(result.matches ? '' : describeMismatch(result.mismatch)).toBe(sentence);
  });

  it('keeps what was known before', () => {
    expect(bindingsOf({ b: '$b' }, { b: 2 }, new Map([['a', 1]]))).toEqual({ a: 1, b: 2 });
  });

  it('shortens what it shows', () => {
    const result = match({ a: 'x' }, { a: 'y'.repeat(10_000) });
    expect(result.matches ? '' : describeMismatch(result.mismatch)).toHaveLength('a: expected "x", got '.length + 201);
  });
});

describe('substitute', () => {
  it('puts known values in, whole, and leaves the rest', () => {
    const known: Record<string, unknown> = { id: 'r1', list: [1, 2] };
    const value = { a: '$id', b: ['$list', '$unknown', '$$id', 'costs $5'], c: { d: 1, e: null } };
    expect(substitute(value, (name) => known[name])).toEqual({ a: 'r1', b: [[1, 2], '$unknown', '$id', 'costs $5'], c: { d: 1, e: null } });
  });
});
