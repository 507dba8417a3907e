import { isObject } from './json.ts';

/** What placeholders stand for. */
export type Bindings = ReadonlyMap<string, unknown>;

/** Where a received value differs from the expected one. */
export interface Mismatch {
  /** The field, as `request.subtype`; empty for the whole. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

export type MatchResult =
  { readonly matches: true; readonly bindings: Bindings } | { readonly matches: false; readonly mismatch: Mismatch };

/** The name inside `$name`; undefined for any other text, `$$name` included. */
function placeholder(text: string): string | undefined {
  return text.startsWith('$') && !text.startsWith('$$') && text.length > 1 ? text.slice(1) : undefined;
}

/** The text of a list of text blocks. The wire gives the same words as one string or as blocks. */
function textOfBlocks(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = (value as unknown[]).map((block) =>
    isObject(block) && block['type'] === 'text' && typeof block['text'] === 'string' ? block['text'] : undefined,
  );
  return texts.includes(undefined) ? undefined : texts.join('');
}

/** Compares a received value with an expected one on the fields that the expected one has; `$name` matches anything and is remembered. */
export function match(expected: unknown, actual: unknown, bindings: Bindings = new Map(), path = ''): MatchResult {
  const name = typeof expected === 'string' ? placeholder(expected) : undefined;
  if (name !== undefined) {
    if (actual === undefined) return differs(path, expected, actual);
    return { matches: true, bindings: name === 'any' ? bindings : new Map(bindings).set(name, actual) };
  }
  if (typeof expected === 'string') {
    const wanted = expected.startsWith('$$') ? expected.slice(1) : expected;
    return wanted === actual || wanted === textOfBlocks(actual) ? { matches: true, bindings } : differs(path, wanted, actual);
  }
  if (Array.isArray(expected)) return matchList(expected, actual, bindings, path);
  if (!isObject(expected)) return Object.is(expected, actual) ? { matches: true, bindings } : differs(path, expected, actual);
  if (!isObject(actual)) return differs(path, expected, actual);
  let found = bindings;
  for (const [key, value] of Object.entries(expected)) {
    const result = match(value, actual[key], found, path === '' ? key : `${path}.${key}`);
    if (!result.matches) return result;
    found = result.bindings;
  }
  return { matches: true, bindings: found };
}

function matchList(expected: readonly unknown[], actual: unknown, bindings: Bindings, path: string): MatchResult {
  if (typeof actual === 'string' && actual === textOfBlocks(expected)) return { matches: true, bindings };
  if (!Array.isArray(actual) || actual.length !== expected.length) return differs(path, expected, actual);
  let found = bindings;
  for (const [index, value] of expected.entries()) {
    const result = match(value, (actual as unknown[])[index], found, `${path}[${index}]`);
    if (!result.matches) return result;
    found = result.bindings;
  }
  return { matches: true, bindings: found };
}

function differs(path: string, expected: unknown, actual: unknown): MatchResult {
  return { matches: false, mismatch: { path, expected, actual } };
}

/** Puts what `resolve` knows in the place of every `$name`; an unknown name is left as it is, `$$name` becomes `$name`. */
export function substitute(value: unknown, resolve: (name: string) => unknown): unknown {
  if (typeof value === 'string') {
    const name = placeholder(value);
    if (name === undefined) return value.startsWith('$$') ? value.slice(1) : value;
    const known = resolve(name);
    return known === undefined ? value : known;
  }
  if (Array.isArray(value)) return (value as unknown[]).map((item) => substitute(item, resolve));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, resolve)]));
}

/** One sentence about a mismatch, which names the field. */
export function describeMismatch(mismatch: Mismatch): string {
  const show = (value: unknown): string => {
    const text = value === undefined ? 'nothing' : JSON.stringify(value);
    return text.length > 200 ? `${text.slice(0, 200)}…` : text;
  };
  return `${mismatch.path === '' ? 'the message' : mismatch.path}: expected ${show(mismatch.expected)}, got ${show(mismatch.actual)}`;
}
