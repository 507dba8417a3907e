import { concatMap, EMPTY, map, merge, type Observable, of, scan, timer } from 'rxjs';
import { LimitError } from '../errors/limit-error.ts';
import type { ResolvedProcessLimits } from '../policy/process-options.ts';
import type { TreeUsage } from './tree-usage.ts';

/** What a limit leads to. */
export type LimitEvent =
  { readonly kind: 'soft'; readonly limit: number; readonly usage: TreeUsage } | { readonly kind: 'hard'; readonly error: LimitError };

const keptSamples = 10;
const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;

interface Seen {
  readonly samples: readonly TreeUsage[];
  readonly softSaid: boolean;
  /** Since when the processor use has been above its limit. */
  readonly busySinceMs: number | undefined;
  readonly events: readonly LimitEvent[];
}

function memoryError(limits: ResolvedProcessLimits, samples: readonly TreeUsage[], usage: TreeUsage): LimitError {
  return new LimitError({
    code: 'MEMORY_LIMIT',
    limit: limits.hardBytes,
    samples,
    message: `The tree used ${megabytes(usage.residentBytes)} of memory, more than limits.residentBytes.hard (${megabytes(limits.hardBytes)}), and was ended.`,
  });
}

function cpuError(limits: ResolvedProcessLimits, samples: readonly TreeUsage[]): LimitError {
  return new LimitError({
    code: 'CPU_LIMIT',
    limit: limits.cpuPercent,
    samples,
    message: `The tree used more than limits.cpuPercent (${limits.cpuPercent} % of one core) for ${limits.cpuWindowMs} ms, and was ended.`,
  });
}

function step(limits: ResolvedProcessLimits) {
  return (seen: Seen, usage: TreeUsage): Seen => {
    const samples = [...seen.samples, usage].slice(-keptSamples);
    const isBusy = usage.cpuPercent > limits.cpuPercent;
    // A sample speaks for the time since the one before.
    const since = seen.busySinceMs ?? seen.samples.at(-1)?.atMs ?? usage.atMs;
    const events: LimitEvent[] = [];
    const softHit = !seen.softSaid && usage.residentBytes > limits.softBytes;
    if (softHit) events.push({ kind: 'soft', limit: limits.softBytes, usage });
    if (usage.residentBytes > limits.hardBytes) events.push({ kind: 'hard', error: memoryError(limits, samples, usage) });
    else if (isBusy && usage.atMs - since >= limits.cpuWindowMs) events.push({ kind: 'hard', error: cpuError(limits, samples) });
    return { samples, softSaid: seen.softSaid || softHit, busySinceMs: isBusy ? since : undefined, events };
  };
}

/** Watches the samples of a tree, and the clock. Says the soft limit once, and each hard one that is reached. */
export function watchLimits(usage$: Observable<TreeUsage>, limits: ResolvedProcessLimits): Observable<LimitEvent> {
  const start: Seen = { samples: [], softSaid: false, busySinceMs: undefined, events: [] };
  const used$ = usage$.pipe(
    scan(step(limits), start),
    concatMap(({ events }) => of(...events)),
  );
  const wall$ =
    limits.wallMs === Infinity
      ? EMPTY
      : timer(limits.wallMs).pipe(
          map((): LimitEvent => {
            const message = `The process has lived for limits.wallMs (${limits.wallMs} ms), and was ended.`;
            return { kind: 'hard', error: new LimitError({ code: 'TIME_LIMIT', limit: limits.wallMs, clock: 'wall', message }) };
          }),
        );
  return merge(used$, wall$);
}

/** Whether the samples are needed at all. */
export function needsSamples({ softBytes, hardBytes, cpuPercent }: ResolvedProcessLimits): boolean {
  return [softBytes, hardBytes, cpuPercent].some((value) => value !== Infinity);
}

/** What is said of a soft limit. */
export function softLimitReached({ limit, usage }: Extract<LimitEvent, { readonly kind: 'soft' }>): {
  readonly code: 'SOFT_LIMIT';
  readonly message: string;
  readonly bytes: number;
  readonly raw: TreeUsage;
} {
  const message = `The tree uses more than limits.residentBytes.soft (${megabytes(limit)}).`;
  return { code: 'SOFT_LIMIT', message, bytes: usage.residentBytes, raw: usage };
}
