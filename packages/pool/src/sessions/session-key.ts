import { createHash, randomBytes } from 'node:crypto';
import type { SessionOptions } from '@subwire/core';

/** All that decides whether two sessions may stand in for each other, besides their options. */
export interface KeyContext {
  /** What runs: path, inode, time of change and size of the executable, so that a new version is another key. */
  readonly binary: unknown;
  /** Who pays and signs in, as it is now; only its hash is kept. */
  readonly credential: unknown;
  /** The host's variables that the session inherits. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The caller's own word for whom the session is. */
  readonly label: string;
}

// Only compared within this host: without it, a key in a log could be tried against guesses of the secrets that went into it.
const salt = randomBytes(32);

const functionIds = new WeakMap<object, number>();
let nextFunctionId = 1;

/** Callbacks are the same when they are the same object: what they do cannot be compared. */
function idOf(value: object): string {
  const known = functionIds.get(value);
  if (known !== undefined) return `#${known}`;
  functionIds.set(value, nextFunctionId);
  nextFunctionId += 1;
  return idOf(value);
}

/** JSON with sorted names and without undefined, so that equal options are equal text whatever order they were written in. */
export function canonicalJson(value: unknown, depth = 0): string {
  if (typeof value === 'function') return `"${idOf(value)}"`;
  if (typeof value === 'bigint') return `"${String(value)}n"`;
  if (value instanceof URL) return JSON.stringify(value.href);
  if (value instanceof RegExp) return JSON.stringify(String(value));
  if (value === undefined || typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  if (depth > 64) return `"${idOf(value)}"`;
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  // An object with methods of its own class, such as an MCP server, is the same only when it is the same object.
  if (prototype !== Object.prototype && prototype !== null) return `"${idOf(value)}"`;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item, depth + 1)}`).join(',')}}`;
}

// `signal` ends one start and says nothing about what is started.
const notPartOfTheKey: ReadonlySet<string> = new Set(['signal']);

/** A hash of everything that a session is started with. Two leases may share a process only when their keys are equal. */
export function sessionKey(options: SessionOptions, context: KeyContext): string {
  const relevant = Object.fromEntries(Object.entries(options).filter(([name]) => !notPartOfTheKey.has(name)));
  return createHash('sha256')
    .update(salt)
    .update(canonicalJson({ options: relevant, context }))
    .digest('hex')
    .slice(0, 32);
}
