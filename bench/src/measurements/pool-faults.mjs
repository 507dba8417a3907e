import { fileURLToPath } from 'node:url';
import { runConsumer } from '../consumer-process.mjs';
import { inPairs } from '../in-pairs.mjs';
import { summary } from '../statistics.mjs';

const fields = ['kills', 'done', 'failed', 'neverSettled', 'twice', 'uncaught', 'left', 'hostCpuPercent'];

/**
 * 200 tasks of 20 to 80 ms at a time over 8 worker processes, of which a random one that runs for 300 ms is killed every 50 ms: with younger ones, the row that
 * starts them one by one would never have any, and no row would show what it does with a task that is lost.
 * @param {import('../options.mjs').Options} options
 */
export async function measurePoolFaults(options) {
  const load = { size: 8, outstanding: 200, everyMs: 50, forMs: options.quick ? 5000 : 20_000, graceMs: 10_000, matureMs: 300 };
  process.env['SUBWIRE_BENCH_PEERS'] = fileURLToPath(new URL('../../.cache/peers/package.json', import.meta.url));
  const pairs = await inPairs({
    base: 'subwire, 20 attempts',
    rows: ['subwire', 'jest-worker', 'tinypool', 'workerpool'],
    repetitions: options.repetitions,
    run: (row) => runConsumer('pool-faults', { row, ...load }, options),
    progress: (done, of, row) => options.progress(`pool-faults: ${done} of ${of}, ${row}`),
  });
  const rows = {};
  for (const [row, own] of pairs) {
    // The base has run beside every other row: each of its samples counts once.
    const samples = [...new Set(own.map(({ sample }) => sample))];
    const good = samples.filter(({ error }) => error === undefined);
    const bad = samples.find(({ error }) => error !== undefined);
    rows[row] = {
      checksum: bad === undefined ? 'ok' : `failed: ${bad.error}`,
      ...Object.fromEntries(fields.map((field) => [field, summary(good.map((sample) => sample[field]))])),
      repetitions: samples.length,
    };
  }
  return { kind: 'pool-faults', load, rows };
}
