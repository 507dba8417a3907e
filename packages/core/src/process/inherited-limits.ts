import { readFileSync } from 'node:fs';
import { attempt } from './attempt.ts';

let found: { readonly bytes: number | undefined } | undefined;

/** The limit on address space in the text of `/proc/<pid>/limits`, in bytes; undefined when there is none. */
export function parseAddressSpace(text: string): number | undefined {
  const limit = /^Max address space\s+(\d+)\s/m.exec(text)?.[1];
  return limit === undefined ? undefined : Number(limit);
}

/** The limit that this host was started with, and that every agent inherits. Looked at once. */
export function inheritedAddressSpace(): number | undefined {
  found ??= { bytes: parseAddressSpace(attempt(() => readFileSync('/proc/self/limits', 'utf8')) ?? '') };
  return found.bytes;
}
