import { UsageError } from './usage-error.ts';

const unitBytes: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/**
 * A size in bytes from `900m`, `2g`, `2GB` or `1.5GiB`; a bare number is bytes. Powers of 1024, as the tools for processes count.
 * @throws UsageError
 */
export function parseSize(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(?:([kmg])(?:i?b)?|b)?$/i.exec(text.trim());
  const value = Math.round(Number(match?.[1]) * (unitBytes[match?.[2]?.toLowerCase() ?? ''] ?? 1));
  if (match !== null && value > 0 && Number.isSafeInteger(value)) return value;
  throw new UsageError(`${option} does not take '${text}'. Give a size above 0, such as 900m or 2g.`);
}
