interface Held {
  count: number;
  /** How the value is written in a log: as it is, inside JSON, inside JSON inside JSON, in an address. */
  readonly forms: readonly string[];
}

// For the whole program, because an error is made wherever something fails, often far from the options that its secrets came with.
const held = new Map<string, Held>();
let forms: readonly string[] = [];

/** Shorter ones would hide ordinary words wherever they stand. */
const minLength = 6;

function formsOf(value: string): readonly string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  return [value, inJson, JSON.stringify(inJson).slice(1, -1), encodeURIComponent(value)];
}

/** The longest first: a secret may be part of another one. */
function update(): void {
  forms = [...new Set([...held.values()].flatMap((entry) => entry.forms))].sort((one, two) => two.length - one.length);
}

/** Makes the redactor hide these values, whatever they look like, until the returned function is called. Values of fewer than 6 characters are not hidden. */
export function holdSecrets(values: readonly string[]): () => void {
  const mine = [...new Set(values)].filter((value) => value.trim().length >= minLength && value.isWellFormed());
  for (const value of mine) {
    const entry = held.get(value);
    if (entry === undefined) held.set(value, { count: 1, forms: formsOf(value) });
    else entry.count += 1;
  }
  update();
  let released = false;
  return () => {
    if (released) return;
    released = true;
    for (const value of mine) {
      const entry = held.get(value);
      if (entry !== undefined && (entry.count -= 1) === 0) held.delete(value);
    }
    update();
  };
}

/** A text without the values that are held. */
export function hideKnownSecrets(text: string, standIn: string): string {
  return forms.reduce((result, form) => (result.includes(form) ? result.replaceAll(form, standIn) : result), text);
}
