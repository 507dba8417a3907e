import { fileURLToPath } from 'node:url';
import { runConsumer } from '../consumer-process.mjs';
import { getCorpus } from '../corpora.mjs';
import { inPairs } from '../in-pairs.mjs';
import { quantile, summary } from '../statistics.mjs';

const program = fileURLToPath(new URL('../programs/flood-and-answer.mjs', import.meta.url));
const patienceMs = 1500;

/**
 * A control request that is awaited inside the message handler of a slow reader, under a flood of messages.
 * @param {import('../options.mjs').Options} options
 */
export async function measureFlood(options) {
  const corpus = await getCorpus('line', { quick: true });
  const input = { command: [options.node, program, corpus.path], durationMs: options.quick ? 1000 : 2500, askEveryMs: 50, patienceMs };
  const pairs = await inPairs({
    base: 'hand, plain pausing',
    rows: ['subwire', 'sdk'],
    repetitions: options.repetitions,
    run: (row) => runConsumer('flood', { row, ...input }, options),
    progress: (done, of, row) => options.progress(`flood: ${done} of ${of}, ${row}`),
  });
  const rows = {};
  for (const [row, own] of pairs) {
    const samples = own.map(({ sample }) => sample);
    const good = samples.filter(({ times }) => times !== undefined);
    const times = good.flatMap((sample) => sample.times);
    const bad = samples.find(({ error }) => error !== undefined);
    const stuck = good.some((sample) => sample.stuck);
    rows[row] = {
      checksum: bad !== undefined ? `failed: ${bad.error}` : stuck ? `no answer within ${patienceMs} ms` : 'ok',
      asked: good.reduce((sum, sample) => sum + sample.asked, 0),
      answered: times.length,
      ...(times.length > 0 && { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }),
      messages: summary(good.map((sample) => sample.messages)),
      residentMegabytes: summary(good.map(({ residentBytes }) => residentBytes / 1e6)),
      repetitions: own.length,
    };
  }
  return { kind: 'flood', rows };
}
