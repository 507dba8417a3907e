const hidden = '[redacted]';

/** Names of fields and variables whose values are secrets, wherever they stand. */
const secretName =
  /(?:api[-_]?key|auth[-_]?token|oauth|access[-_]?token|refresh[-_]?token|secret|password|passwd|credential|authorization|cookie|private[-_]?key|bearer)/i;

/** Values that are secrets whatever their name is: keys of the API and of others, bearer headers, tokens of three parts, passwords in addresses. */
const secretValues: readonly (readonly [RegExp, string])[] = [
  [/\bsk-[A-Za-z0-9_-]{8,}/g, hidden],
  [/\b(?:gh[pousr]|github_pat|xox[abprs]|glpat)[-_][A-Za-z0-9_-]{10,}/g, hidden],
  [/\bAKIA[0-9A-Z]{16}\b/g, hidden],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, hidden],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${hidden}`],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+):[^\s:/@]+@/gi, `$1:${hidden}@`],
];

/** Objects in which every value may be a secret: environments and headers of servers. */
const secretObjects = new Set(['env', 'headers']);

/** A text without what looks like a secret. */
export function redactText(text: string): string {
  return secretValues.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

/** A copy of a JSON value without what looks like a secret, by its name or by its form. Counts of tokens stay: they are numbers. */
export function redact(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      if (typeof inner === 'string' && secretName.test(name)) return [name, hidden];
      if (secretObjects.has(name) && typeof inner === 'object' && inner !== null)
        return [name, Object.fromEntries(Object.keys(inner as object).map((key) => [key, hidden]))];
      return [name, redact(inner)];
    }),
  );
}
