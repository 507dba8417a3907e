import { measureChunks } from './chunks.mjs';
import { measureControl } from './control.mjs';
import { measureFlood } from './flood.mjs';
import { measureImport } from './import.mjs';
import { poolMeasurements } from './pool.mjs';
import { measureSlowReader } from './slow.mjs';
import { measureStartup } from './startup.mjs';
import { measureThroughput, throughputRows } from './throughput.mjs';

const throughput = (name) => (options) => measureThroughput(name, options, options.rows ?? throughputRows);

/**
 * Every measurement, by the name that `--only` takes.
 * @type {Record<string, (options: import('../options.mjs').Options) => Promise<any>>}
 */
export const measurements = {
  import: measureImport,
  deltas: throughput('deltas'),
  mixed: throughput('mixed'),
  big: throughput('big'),
  unicode: throughput('unicode'),
  line: throughput('line'),
  validation: (options) => measureThroughput('deltas', options, ['subwire', 'subwire-validated']),
  control: measureControl,
  flood: measureFlood,
  slow: measureSlowReader,
  chunks: measureChunks,
  startup: measureStartup,
  ...poolMeasurements,
};
