import type { ResolvedRedaction } from './redaction.ts';
import type { TextRedactor } from './redact-text.ts';
import { assistantErrors, builtInTools, folderFields, freeZones, knownKeys, toolFields, wireFields } from './wire-words.ts';

const wireText = /^[A-Za-z0-9][A-Za-z0-9_.:/+[\]-]{0,63}$/;

const idField = /(?:^|_)(?:id|ids|uuid|uuids)$|Ids?$|Uuids?$/;

const plainKey = /^[A-Za-z_$][A-Za-z0-9_$.-]{0,63}$/;

interface Place {
  readonly path: readonly string[];
  /** The nearest key above that is no array index. */
  readonly field: string;
  readonly free: boolean;
}

/** Rewrites every text inside a JSON value; numbers, booleans and null stay. */
export function redactJson(value: unknown, redaction: ResolvedRedaction, text: TextRedactor): unknown {
  const redactString = (raw: string, place: Place): string => {
    const cleaned = text.clean(raw);
    if (idField.test(place.field)) return cleaned === raw ? text.id(raw) : cleaned;
    if (redaction.prose === false) return cleaned;
    if (typeof redaction.prose === 'function') {
      const chosen = redaction.prose(cleaned, place.path);
      if (chosen !== undefined) return text.clean(chosen);
    }
    if (!place.free) {
      if (wireFields.has(place.field) && wireText.test(cleaned)) return cleaned;
      if (toolFields.has(place.field) && builtInTools.has(cleaned)) return cleaned;
      if (place.field === 'error' && assistantErrors.has(cleaned)) return cleaned;
      if (folderFields.has(place.field) && ['/workspace', '/home/user'].includes(cleaned)) return cleaned;
    }
    return text.placeholder(raw);
  };
  const redactKey = (key: string, place: Place): string => {
    const cleaned = text.clean(key);
    if (redaction.prose === false) return cleaned;
    return (place.free ? knownKeys.has(cleaned) : plainKey.test(cleaned)) ? cleaned : text.placeholder(key);
  };
  const walk = (node: unknown, place: Place): unknown => {
    if (typeof node === 'string') return redactString(node, place);
    if (Array.isArray(node)) return node.map((item: unknown, index) => walk(item, { ...place, path: [...place.path, String(index)] }));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, child]) => {
        const inside = { path: [...place.path, key], field: key, free: place.free || freeZones.has(key) };
        return [redactKey(key, place), walk(child, inside)];
      }),
    );
  };
  return walk(value, { path: [], field: '', free: false });
}
