import { UsageError } from './usage-error.ts';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
// The longest wait that a timer of Node can have; a longer one would fire at once.
const maxTimerMs = 2 ** 31 - 1;

/**
 * A time span in milliseconds from `500ms`, `30s`, `5m`, `1h` or `1.5m`; a bare number is seconds.
 * @throws UsageError
 */
export function parseDuration(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  const value = Number(match?.[1]) * (unitMs[match?.[2] ?? 's'] ?? 1);
  if (match !== null && value > 0 && value <= maxTimerMs) return Math.round(value);
  throw new UsageError(`${option} does not take '${text}'. Give a time span above 0 and up to 24 days, such as 90s, 5m or 1.5h.`);
}
