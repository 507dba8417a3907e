import { fileURLToPath } from 'node:url';
import { runConsumer } from '../consumer-process.mjs';
import { getCorpus } from '../corpora.mjs';
import { inPairs } from '../in-pairs.mjs';
import { summary } from '../statistics.mjs';

const lineWriter = fileURLToPath(new URL('../programs/write-lines.mjs', import.meta.url));

export const throughputRows = Object.freeze([
  ...['limit', 'subwire', 'subwire-read', 'readline', 'split2', 'execa', 'spawn-rx', 'naive-rxjs', 'sdk'],
]);

/** `ok`, or what is wrong. */
function verdict(samples, hashed, corpus) {
  for (const { error, count, sum } of samples) {
    if (error !== undefined) return `failed: ${error}`;
    if (count !== corpus.count) return `${count} of ${corpus.count} messages`;
    if (sum !== corpus.sum) return 'damaged text';
  }
  if (hashed.error !== undefined) return `failed: ${hashed.error}`;
  return hashed.hash === corpus.hash ? 'ok' : 'damaged text';
}

/**
 * CPU of the consumer between the first message and the last, in a fresh process each time, divided by that of the hand-written optimum that ran beside it.
 * @param {'deltas' | 'mixed' | 'big' | 'unicode' | 'line'} name
 * @param {import('../options.mjs').Options} options
 * @param {readonly string[]} rows
 */
export async function measureThroughput(name, options, rows) {
  const corpus = await getCorpus(name, options);
  const command = name === 'line' ? [process.execPath, lineWriter, corpus.path] : ['cat', corpus.path];
  const consume = (row, full) => runConsumer('throughput', { row, command, count: corpus.count, full }, options);
  const hashed = new Map();
  for (const row of new Set(['limit', ...rows])) {
    options.progress(`${name}: every character of ${row}`);
    hashed.set(row, await consume(row, true));
  }
  const pairs = await inPairs({
    base: 'limit',
    rows,
    repetitions: options.repetitions,
    run: (row) => consume(row, false),
    progress: (done, of, row) => options.progress(`${name}: ${done} of ${of}, ${row}`),
  });
  const result = {};
  for (const [row, own] of pairs) {
    const good = own.filter(({ sample, base }) => sample.cpuMs > 0 && base.cpuMs > 0);
    const samples = own.map(({ sample }) => sample);
    result[row] = {
      checksum: verdict(samples, hashed.get(row), corpus),
      ratio: summary(good.map(({ sample, base }) => sample.cpuMs / base.cpuMs)),
      cpuMs: summary(good.map(({ sample }) => sample.cpuMs)),
      wallMs: summary(good.map(({ sample }) => sample.wallMs)),
      microsecondsPerMessage: summary(good.map(({ sample }) => (sample.cpuMs * 1000) / corpus.count)),
      residentMegabytes: summary(samples.filter(({ residentBytes }) => residentBytes > 0).map(({ residentBytes }) => residentBytes / 1e6)),
      repetitions: own.length,
    };
  }
  return { kind: 'throughput', messages: corpus.count, bytes: corpus.bytes, rows: result };
}
