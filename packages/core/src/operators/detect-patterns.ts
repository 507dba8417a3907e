import { concatMap, type OperatorFunction } from 'rxjs';

/** What an agent's prose is searched for by default. Each has the text of interest in its first group. */
export const defaultPatterns = Object.freeze({
  /** A piece of work that is noted: to-do, bug or feature, in capitals and with a colon, such as `BUG: …`. */
  // One letter stands in brackets so that a search of these sources for unfinished work does not end here.
  ticket: /(?:TOD[O]|BUG|FEATURE):\s*(.+)/,
  /** Work that is given to somebody: `**Engineer**: …`; the name is the first group, the work the second. */
  delegation: /\*\*([^*]+)\*\*:\s*(.+)/,
  /** A call of the task tool: `Task(…)`. */
  taskTool: /Task\(([^)]+)\)/,
  /** `Error: …` */
  error: /Error:\s*(.+)/,
  /** `Warning: …` */
  warning: /Warning:\s*(.+)/,
});

/** A place in a line where a pattern matched. */
export interface DetectedPattern<K extends string> {
  readonly kind: K;
  readonly match: RegExpExecArray;
  /** The whole line. */
  readonly line: string;
}

/** Every match in a line is wanted, and a caller's own expression must not be changed: `lastIndex` of a global one would be shared. */
function searchable(pattern: RegExp): RegExp {
  return new RegExp(pattern.source, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`);
}

/**
 * Every match of every pattern in each line, in the order of the patterns. Lines in, not pieces: put text through a splitter first, since a match may lie
 * across two deltas.
 */
export function detectPatterns(): OperatorFunction<string, DetectedPattern<keyof typeof defaultPatterns>>;
export function detectPatterns<K extends string>(patterns: Readonly<Record<K, RegExp>>): OperatorFunction<string, DetectedPattern<K>>;
export function detectPatterns(
  patterns: Readonly<Record<string, RegExp>> = defaultPatterns,
): OperatorFunction<string, DetectedPattern<string>> {
  const searches = Object.entries(patterns).map(([kind, pattern]) => ({ kind, pattern: searchable(pattern) }));
  return concatMap((line: string) =>
    searches.flatMap(({ kind, pattern }) => [...line.matchAll(pattern)].map((match) => ({ kind, match, line }))),
  );
}
