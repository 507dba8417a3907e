import { isObject } from '../scenario/json.ts';

/** Names for what a host makes up anew each time, so that a replay can tell the host's own values from the recorded ones. */
export interface StepPlaceholders {
  /** Gives a recorded value a name and returns its placeholder; the same value gets the same one. */
  name(kind: 'request' | 'message' | 'hook', value: string): string;
  /** Puts the placeholders in the place of the values that have one; texts that only look like placeholders are escaped. */
  fill(value: unknown): unknown;
}

/** Makes the names of one run. */
export function createPlaceholders(): StepPlaceholders {
  const names = new Map<string, string>();
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') return names.get(value) ?? (value.startsWith('$') ? `$${value}` : value);
    if (Array.isArray(value)) return value.map(fill);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]));
  };
  return {
    fill,
    name(kind, value) {
      const known = names.get(value);
      if (known !== undefined) return known;
      const made = `$${kind}_${names.size + 1}`;
      names.set(value, made);
      return made;
    },
  };
}
