import { hideKnownSecrets } from './known-secrets.ts';

const hidden = '[redacted]';
// A cause that leads back to itself must not be followed for ever.
const maxDepth = 8;
// What an agent says may be nested deeper than the stack of this thread.
const maxNesting = 100;

/** Names of fields and variables whose values are secrets, wherever they stand. */
const secretName =
  /(?:api[-_]?key|auth[-_]?token|oauth|access[-_]?token|refresh[-_]?token|secret|password|passwd|credential|authorization|cookie|private[-_]?key|bearer)/i;

/**
 * Values that are secrets whatever their name is: keys of the API and of others, bearer headers, tokens of three parts, passwords in addresses. No pattern may
 * look at the same characters again and again: an agent chooses what it writes, and must not be able to stop its host with it.
 */
const secretValues: readonly (readonly [RegExp, string])[] = [
  [/\bsk-[A-Za-z0-9_-]{8,}/g, hidden],
  [/\b(?:gh[pousr]|github_pat|xox[abprs]|glpat)[-_][A-Za-z0-9_-]{10,}/g, hidden],
  [/\bAKIA[0-9A-Z]{16}\b/g, hidden],
  [/(?<![\w-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, hidden],
  // "basic understanding" is no credential: one has a digit, a padding, or a capital in its middle.
  [/\b([Bb]earer|BEARER|[Bb]asic|BASIC)\s+(?=\S*(?:\d|=|[a-z][A-Z]))[A-Za-z0-9._~+/=-]{8,}/g, `$1 ${hidden}`],
  [/((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]*):[^\s:/@]+@/gi, `$1:${hidden}@`],
];

/** Objects in which every value may be a secret: environments and headers of servers. */
const secretObjects = new Set(['env', 'headers']);

/** Whether a field or variable of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** A text without the secrets that open sessions and transports were given, and without what looks like one. */
export function redactText(text: string): string {
  return secretValues.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), hideKnownSecrets(text, hidden));
}

function hasJsonForm(value: object): value is { toJSON(): unknown } {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

function redactIn(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circular]';
  if (above.length === maxNesting) return '[nested too deeply]';
  const path = [...above, value];
  if (hasJsonForm(value)) return redactIn(value.toJSON(), path);
  if (Array.isArray(value)) return value.map((inner) => redactIn(inner, path));
  if (value instanceof Error) return redactIn({ name: value.name, message: value.message }, path);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]: [string, unknown]) => {
      if (typeof inner === 'string' && isSecretName(name)) return [name, hidden];
      if (secretObjects.has(name) && typeof inner === 'object' && inner !== null)
        return [name, Object.fromEntries(Object.keys(inner).map((key) => [key, hidden]))];
      return [name, redactIn(inner, path)];
    }),
  );
}

/** A copy of a JSON value without what is or looks like a secret, by its name or by its form. Counts of tokens stay: they are numbers. */
export function redact(value: unknown): unknown {
  return redactIn(value, []);
}

/** An error as it came if there is no secret in its words or in those of its causes, else one that differs from it in these alone. */
export function redactCause(cause: unknown, depth = 0): unknown {
  if (typeof cause === 'string') return redactText(cause);
  if (!(cause instanceof Error) || depth === maxDepth) return cause;
  const { message, stack = '', cause: inner } = cause;
  const words = { message: redactText(message), stack: redactText(stack), cause: redactCause(inner, depth + 1) };
  if (words.message === message && words.stack === stack && words.cause === inner) return cause;
  const copy = Object.create(Object.getPrototypeOf(cause) as object, Object.getOwnPropertyDescriptors(cause)) as Error;
  for (const [name, value] of Object.entries(words)) {
    if (value !== undefined) Object.defineProperty(copy, name, { enumerable: false, writable: true, configurable: true, value });
  }
  return copy;
}
