import { inspect } from 'node:util';
import type { ProbeEntry } from './probe.ts';

/** Why a wait on a probe failed. */
export type ProbeErrorCode = 'PROBE_TIMEOUT' | 'PROBE_ENDED';

function describe(entry: ProbeEntry<unknown>): string {
  const value = entry.kind === 'next' ? inspect(entry.value, { breakLength: Infinity, depth: 4 }) : '';
  const text = entry.kind === 'next' ? value : entry.kind === 'error' ? `error ${String(entry.error)}` : 'complete';
  return `${Math.round(entry.atMs)}ms ${text.length > 120 ? `${text.slice(0, 120)}…` : text}`;
}

/** What a probe's waits reject with. The message ends with the last things that the observable did. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
  readonly code: ProbeErrorCode;
  /** Everything that had been seen. */
  readonly entries: readonly ProbeEntry<unknown>[];

  constructor(code: ProbeErrorCode, message: string, entries: readonly ProbeEntry<unknown>[], cause?: unknown) {
    const seen =
      entries.length === 0
        ? 'Nothing was seen.'
        : `Seen, ${entries.length} in all:\n${entries
            .slice(-10)
            .map((entry) => `  ${describe(entry)}`)
            .join('\n')}`;
    super(`${message} ${seen}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.entries = [...entries];
  }
}
