import { runConsumer } from '../consumer-process.mjs';
import { inPairs } from '../in-pairs.mjs';
import { summary } from '../statistics.mjs';

const mebibyte = 1024 * 1024;

/**
 * A line of 64 MiB in pieces of 1 KiB, beside the same line in one piece. Anything that is not linear in the number of pieces shows here.
 * @param {import('../options.mjs').Options} options
 */
export async function measureChunks(options) {
  const lineBytes = (options.quick ? 16 : 64) * mebibyte;
  const rows = {};
  for (const row of ['hand', 'subwire']) {
    const pairs = await inPairs({
      base: 'whole',
      rows: ['small'],
      repetitions: options.repetitions,
      run: (size) => runConsumer('chunks', { row, lineBytes, chunkBytes: size === 'small' ? 1024 : lineBytes + 1 }, options),
      progress: (done, of, size) => options.progress(`chunks: ${done} of ${of}, ${row}, ${size}`),
    });
    const own = pairs.get('small');
    const bad = own.flatMap(({ sample, base }) => [sample, base]).find(({ whole }) => whole !== true);
    const good = own.filter(({ sample, base }) => sample.cpuMs > 0 && base.cpuMs > 0);
    rows[row] = {
      checksum: bad === undefined ? 'ok' : (bad.error ?? 'damaged text'),
      ratio: summary(good.map(({ sample, base }) => sample.cpuMs / base.cpuMs)),
      smallMs: summary(good.map(({ sample }) => sample.cpuMs)),
      wholeMs: summary(good.map(({ base }) => base.cpuMs)),
      residentMegabytes: summary(good.map(({ sample }) => sample.residentBytes / 1e6)),
      repetitions: own.length,
    };
  }
  return { kind: 'chunks', lineBytes, rows };
}
