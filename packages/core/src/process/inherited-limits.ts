import { readFileSync } from 'node:fs';
import { attempt } from './attempt.ts';

let limits: string | undefined;

/** The limits that this host was started with, and that every agent inherits. Looked at once. */
function ownLimits(): string {
  limits ??= attempt(() => readFileSync('/proc/self/limits', 'utf8')) ?? '';
  return limits;
}

function parseSoft(text: string, name: string): number | undefined {
  const limit = new RegExp(`^${name}\\s+(\\d+)\\s`, 'm').exec(text)?.[1];
  return limit === undefined ? undefined : Number(limit);
}

/** The limit on address space in the text of `/proc/<pid>/limits`, in bytes; undefined when there is none. */
export function parseAddressSpace(text: string): number | undefined {
  return parseSoft(text, 'Max address space');
}

/** The limit on the stack in the text of `/proc/<pid>/limits`, in bytes; undefined when there is none. */
export function parseStack(text: string): number | undefined {
  return parseSoft(text, 'Max stack size');
}

/** The address space that agents may have, in bytes; undefined for no limit. */
export function inheritedAddressSpace(): number | undefined {
  return parseAddressSpace(ownLimits());
}

/** The stack that agents may have, in bytes; Infinity for no limit. */
export function inheritedStack(): number {
  return parseStack(ownLimits()) ?? Infinity;
}
