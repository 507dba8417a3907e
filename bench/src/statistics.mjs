/**
 * @param {readonly number[]} values
 * @param {number} share 0 to 1
 */
export function quantile(values, share) {
  const sorted = [...values].sort((left, right) => left - right);
  const position = (sorted.length - 1) * share;
  const low = Math.floor(position);
  const rest = position - low;
  return rest === 0 ? sorted[low] : sorted[low] * (1 - rest) + sorted[low + 1] * rest;
}

/**
 * @param {readonly number[]} values
 * @returns {undefined | { median: number, min: number, max: number }}
 */
export function summary(values) {
  if (values.length === 0) return undefined;
  return { median: quantile(values, 0.5), min: Math.min(...values), max: Math.max(...values) };
}
