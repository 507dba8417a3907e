import { runConsumer } from '../consumer-process.mjs';
import { inPairs } from '../in-pairs.mjs';
import { summary } from '../statistics.mjs';

/**
 * What acquire and release cost by themselves, over objects that cost nothing.
 * @param {import('../options.mjs').Options} options
 */
export async function measurePoolBookkeeping(options) {
  const sizes = options.quick ? { warmUp: 5000, operations: 20_000 } : { warmUp: 20_000, operations: 100_000 };
  const pairs = await inPairs({
    base: 'generic-pool',
    rows: ['subwire', 'tarn', 'sequelize-pool'],
    repetitions: options.repetitions,
    run: (row) => runConsumer('pool-bookkeeping', { row, waiting: 1000, ...sizes }, options),
    progress: (done, of, row) => options.progress(`pool-bookkeeping: ${done} of ${of}, ${row}`),
  });
  const rows = {};
  for (const [row, own] of pairs) {
    const samples = own.map(({ sample }) => sample);
    const bad = samples.find(({ error }) => error !== undefined);
    const of = (field) => summary(samples.filter(({ error }) => error === undefined).map((sample) => sample[field]));
    rows[row] = {
      checksum: bad === undefined ? 'ok' : `failed: ${bad.error}`,
      p50: of('p50'),
      p99: of('p99'),
      crowded: of('crowded'),
      inversions: of('inversions'),
      repetitions: own.length,
    };
  }
  return { kind: 'pool-bookkeeping', operations: sizes.operations, rows };
}
