import { runConsumer } from '../consumer-process.mjs';
import { getCorpus } from '../corpora.mjs';
import { inPairs } from '../in-pairs.mjs';
import { summary } from '../statistics.mjs';

/**
 * Peak memory of a reader that pauses 1 ms after every 10 messages for four seconds and then reads the rest, of half a gigabyte in all.
 * @param {import('../options.mjs').Options} options
 */
export async function measureSlowReader(options) {
  const corpora = [await getCorpus('deltas', options), await getCorpus('mixed', options)];
  const count = corpora[0].count + corpora[1].count;
  const command = ['cat', ...corpora.map(({ path }) => path)];
  const input = { command, count, slowMs: options.quick ? 1000 : 4000 };
  const pairs = await inPairs({
    base: 'limit-pulled',
    rows: ['subwire-read', 'sdk'],
    repetitions: options.repetitions,
    run: (row) => runConsumer('slow', { row, ...input }, options),
    progress: (done, of, row) => options.progress(`slow: ${done} of ${of}, ${row}`),
  });
  const expected = pairs.get('limit-pulled')[0].sample.sum;
  const rows = {};
  for (const [row, own] of pairs) {
    const samples = own.map(({ sample }) => sample);
    const bad = samples.find(({ error, sum }) => error !== undefined || sum !== expected);
    rows[row] = {
      checksum: bad === undefined ? 'ok' : (bad.error ?? `${bad.count} of ${count} messages, or damaged text`),
      residentMegabytes: summary(samples.filter(({ residentBytes }) => residentBytes > 0).map(({ residentBytes }) => residentBytes / 1e6)),
      cpuMs: summary(samples.filter(({ cpuMs }) => cpuMs > 0).map(({ cpuMs }) => cpuMs)),
      repetitions: own.length,
    };
  }
  return { kind: 'slow', messages: count, bytes: corpora[0].bytes + corpora[1].bytes, rows };
}
