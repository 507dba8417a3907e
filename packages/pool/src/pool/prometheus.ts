import type { Quantiles } from './histogram.ts';
import type { PoolSnapshot } from './types.ts';

const gauges = ['size', 'idle', 'leased', 'starting', 'returning', 'retiring', 'abandoned', 'waiting'] as const;

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/**
 * A snapshot in the text format that Prometheus reads. Pure: the same snapshot is always the same text. Durations are summaries in seconds.
 * `labels` are put on every line, to tell pools of one host apart.
 */
export function toPrometheus(snapshot: PoolSnapshot, labels: Readonly<Record<string, string>> = {}): string {
  const common = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  const lines: string[] = [];
  const line = (name: string, value: number, ...more: string[]): void => {
    const all = [...common, ...more];
    lines.push(`${name}${all.length > 0 ? `{${all.join(',')}}` : ''} ${value}`);
  };
  const summary = (metric: string, { count, sum, p50, p95, p99 }: Quantiles, ...more: string[]): void => {
    for (const [quantile, value] of Object.entries({ 0.5: p50, 0.95: p95, 0.99: p99 }))
      line(metric, value / 1_000, ...more, `quantile="${quantile}"`);
    line(`${metric}_sum`, sum / 1_000, ...more);
    line(`${metric}_count`, count, ...more);
  };
  for (const name of gauges) {
    lines.push(`# TYPE subwire_pool_${name} gauge`);
    line(`subwire_pool_${name}`, snapshot.stats[name]);
  }
  for (const [name, value] of Object.entries(snapshot.counters)) {
    lines.push(`# TYPE subwire_pool_${snake(name)}_total counter`);
    line(`subwire_pool_${snake(name)}_total`, value);
  }
  for (const [name, quantiles] of Object.entries(snapshot.histograms)) {
    const metric = `subwire_pool_${snake(name)}_seconds`;
    lines.push(`# TYPE ${metric} summary`);
    summary(metric, quantiles);
  }
  lines.push('# TYPE subwire_pool_phase_seconds summary');
  for (const [name, quantiles] of Object.entries(snapshot.phases))
    summary('subwire_pool_phase_seconds', quantiles, `phase="${escape(name)}"`);
  lines.push('# TYPE subwire_pool_key_waiting gauge', '# TYPE subwire_pool_key_live gauge');
  for (const { key, waiting, live } of snapshot.keys) {
    line('subwire_pool_key_waiting', waiting, `key="${escape(key)}"`);
    line('subwire_pool_key_live', live, `key="${escape(key)}"`);
  }
  return `${lines.join('\n')}\n`;
}
