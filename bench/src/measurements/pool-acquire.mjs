import { runConsumer } from '../consumer-process.mjs';
import { inPairs } from '../in-pairs.mjs';
import { summary } from '../statistics.mjs';

const bootMs = 2000;

/**
 * Acquire of an agent that takes two seconds to start: when it has to be started first, and when it is warm and only has to show that it lives.
 * @param {import('../options.mjs').Options} options
 */
export async function measurePoolAcquire(options) {
  const leases = options.quick ? { cold: 1, warm: 200 } : { cold: 3, warm: 1000 };
  const pairs = await inPairs({
    base: 'cold',
    rows: ['warm'],
    repetitions: options.repetitions,
    run: (row) => runConsumer('pool-acquire', { row, leases: leases[row], bootMs }, options),
    progress: (done, of, row) => options.progress(`pool-acquire: ${done} of ${of}, ${row}`),
  });
  const rows = {};
  for (const [row, own] of pairs) {
    const good = own.filter(({ sample, base }) => sample.error === undefined && base.error === undefined);
    const bad = own.find(({ sample }) => sample.error !== undefined);
    const of = (field) => summary(good.map(({ sample }) => sample[field]));
    rows[row] = {
      checksum: bad === undefined ? 'ok' : `failed: ${bad.sample.error}`,
      p50: of('p50'),
      p95: of('p95'),
      p99: of('p99'),
      times: summary(good.map(({ sample, base }) => base.p50 / sample.p50)),
      leases: leases[row],
      repetitions: own.length,
    };
  }
  return { kind: 'pool-acquire', bootMs, rows };
}
