import { createHistogram, type Histogram, type Quantiles } from './histogram.ts';

const counterNames = [
  'starts',
  'created',
  'replaced',
  'startFailures',
  'leases',
  'lost',
  'retired',
  'checksFailed',
  'timeouts',
  'aborts',
  'shed',
  'rejected',
  'fallbacks',
  'abandoned',
  'leaks',
  'throttles',
  'breaches',
  'faults',
] as const;
const histogramNames = ['acquire', 'warmAcquire', 'start', 'lease', 'destroy'] as const;

/** What a pool counts. */
export type CounterName = (typeof counterNames)[number];
/** What a pool measures: the wait of every call, of those that found a warm worker, starts, leases, ends. */
export type HistogramName = (typeof histogramNames)[number];

export interface Metrics {
  count(name: CounterName): void;
  record(name: HistogramName, valueMs: number): void;
  /** A phase that only the factory knows. */
  recordPhase(phase: string, valueMs: number): void;
  counters(): Readonly<Record<CounterName, number>>;
  histogram(name: HistogramName): Quantiles;
  histograms(): Readonly<Record<HistogramName, Quantiles>>;
  phases(): Readonly<Record<string, Quantiles>>;
}

// A factory that makes up a name for each worker must not make the pool grow for ever.
const maxPhases = 32;

export function createMetrics(): Metrics {
  const counters = Object.fromEntries(counterNames.map((name) => [name, 0])) as Record<CounterName, number>;
  const histograms = Object.fromEntries(histogramNames.map((name) => [name, createHistogram()])) as Record<HistogramName, Histogram>;
  const phases = new Map<string, Histogram>();

  function phaseOf(phase: string): Histogram | undefined {
    const known = phases.get(phase);
    if (known !== undefined || phases.size >= maxPhases) return known;
    const histogram = createHistogram();
    phases.set(phase, histogram);
    return histogram;
  }

  return {
    count: (name) => void (counters[name] += 1),
    record: (name, valueMs) => histograms[name].record(valueMs),
    recordPhase: (phase, valueMs) => phaseOf(phase)?.record(valueMs),
    counters: () => ({ ...counters }),
    histogram: (name) => histograms[name].read(),
    histograms: () => Object.fromEntries(histogramNames.map((name) => [name, histograms[name].read()])) as Record<HistogramName, Quantiles>,
    phases: () => Object.fromEntries([...phases].map(([phase, histogram]) => [phase, histogram.read()])),
  };
}
