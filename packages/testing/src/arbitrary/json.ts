import fc from 'fast-check';

/** Texts that are awkward on a wire of lines: separators that only some readers know, escapes, half characters, text that looks like JSON. */
export function awkwardTexts(): fc.Arbitrary<string> {
  const awkward = [
    '\n',
    '\r\n',
    '\u2028',
    '\u2029',
    '\u0085',
    '\u0000',
    '\ufeff',
    '"',
    '\\',
    '\\u2028',
    '{"a":1}',
    '\ud800',
    '\udc00',
    '🎈',
    'é',
    '\t',
    '',
  ];
  return fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...awkward), { maxLength: 6 }).map((parts) => parts.join('')),
  );
}

/** Any JSON value, awkward texts and keys included. What it gives survives `JSON.parse(JSON.stringify(value))` unchanged. */
export function jsonValues(): fc.Arbitrary<unknown> {
  const { value } = fc.letrec((tie) => ({
    leaf: fc.oneof(
      awkwardTexts(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
      fc.boolean(),
      fc.constant(null),
    ),
    value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('leaf'), fc.array(tie('value'), { maxLength: 4 }), tie('object')),
    object: fc.array(fc.tuple(awkwardTexts(), tie('value')), { maxLength: 4 }).map((entries) => fromEntries(entries)),
  }));
  return value.map((made) => JSON.parse(JSON.stringify(made)) as unknown);
}

/** Any JSON object, for the places of the wire that may hold anything. */
export function jsonObjects(): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  return fc.array(fc.tuple(awkwardTexts(), jsonValues()), { maxLength: 5 }).map((entries) => fromEntries(entries));
}

/** `__proto__` as a key would set a prototype instead of a field. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(entries.filter(([key]) => key !== '__proto__'));
}
