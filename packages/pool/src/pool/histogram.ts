/** What a histogram tells. Milliseconds. */
export interface Quantiles {
  readonly count: number;
  readonly sum: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Durations in a fixed amount of memory, however many there are. */
export interface Histogram {
  record(valueMs: number): void;
  read(): Quantiles;
}

// 1.02 apart: no answer is off by more than 2 %, from a microsecond to eleven days.
const growth = Math.log(1.02);
const smallestMs = 0.001;
const buckets = 1_050;

export function createHistogram(): Histogram {
  const counts = new Uint32Array(buckets);
  let count = 0;
  let sum = 0;
  let max = 0;

  function quantile(share: number): number {
    if (count === 0) return 0;
    const rank = Math.ceil(share * count);
    let seen = 0;
    for (let index = 0; index < buckets; index += 1) {
      seen += counts[index] ?? 0;
      if (seen >= rank) return Math.min(max, index === 0 ? smallestMs : smallestMs * Math.exp(growth * index));
    }
    return max;
  }

  return {
    record(valueMs) {
      const value = Math.max(0, valueMs);
      const index = value <= smallestMs ? 0 : Math.min(buckets - 1, Math.ceil(Math.log(value / smallestMs) / growth));
      counts[index] = (counts[index] ?? 0) + 1;
      count += 1;
      sum += value;
      max = Math.max(max, value);
    },
    read: () => ({ count, sum, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), max }),
  };
}
