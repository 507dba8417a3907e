import { fileURLToPath } from 'node:url';
import { runConsumer } from '../consumer-process.mjs';
import { getCorpus } from '../corpora.mjs';
import { quantile, summary } from '../statistics.mjs';

const lineWriter = fileURLToPath(new URL('../programs/write-lines.mjs', import.meta.url));
const base = 'limit';
const rounds = 10;

export const throughputRows = Object.freeze([
  ...['limit', 'subwire', 'subwire-read', 'readline', 'split2', 'execa', 'spawn-rx', 'naive-rxjs', 'sdk'],
]);

function commandFor(corpus) {
  return corpus.name === 'line' ? [process.execPath, lineWriter, corpus.path] : ['cat', corpus.path];
}

/** `ok`, or what is wrong. */
function verdict({ error, count, hash }, corpus) {
  if (error !== undefined) return `failed: ${error}`;
  if (count !== corpus.count) return `${count} of ${corpus.count} messages`;
  return hash === corpus.hash ? 'ok' : 'damaged text';
}

/**
 * CPU of the consumer between the first message and the last, divided by that of the hand-written optimum, which reads the same slice of the corpus right
 * before or after it in the same process. The content and the memory are those of one more process, which reads the whole corpus.
 * @param {'deltas' | 'mixed' | 'big' | 'unicode' | 'line'} name
 * @param {import('../options.mjs').Options} options
 * @param {readonly string[]} rows
 */
export async function measureThroughput(name, options, rows) {
  const corpus = await getCorpus(name, options);
  const slice = await getCorpus(name, { quick: true });
  const others = rows.filter((row) => row !== base);
  const whole = new Map();
  for (const row of [base, ...others]) {
    options.progress(`${name}: every character of ${row}`);
    const input = { row, command: commandFor(corpus), count: corpus.count, full: true };
    whole.set(row, await runConsumer('throughput', input, options));
  }
  const pairs = new Map(others.map((row) => [row, []]));
  for (let repetition = 0; repetition < options.repetitions; repetition++) {
    for (const row of others) {
      options.progress(`${name}: ${repetition + 1} of ${options.repetitions}, ${row}`);
      const input = { row, base, rounds, command: commandFor(slice), count: slice.count, full: false };
      pairs.get(row).push((await runConsumer('throughput', input, options)).pairs ?? []);
    }
  }
  const result = {};
  const describe = (row, processes, side) => {
    const samples = processes.flat().map((pair) => pair[side]);
    const ratios = processes.filter((own) => own.length > 0).map((own) => own.map((pair) => pair[side].cpuMs / pair.base.cpuMs));
    return {
      checksum: verdict(whole.get(row), corpus),
      ratio: summary(ratios.map((own) => quantile(own, 0.5))),
      cpuMs: summary(samples.map(({ cpuMs }) => cpuMs)),
      wallMs: summary(samples.map(({ wallMs }) => wallMs)),
      microsecondsPerMessage: summary(samples.map(({ cpuMs }) => (cpuMs * 1000) / slice.count)),
      residentMegabytes: summary([whole.get(row).residentBytes].filter((bytes) => bytes > 0).map((bytes) => bytes / 1e6)),
      repetitions: samples.length,
    };
  };
  result[base] = describe(base, [...pairs.values()].flat(), 'base');
  for (const row of others) result[row] = describe(row, pairs.get(row), 'sample');
  return { kind: 'throughput', messages: corpus.count, bytes: corpus.bytes, slice: slice.count, rows: result };
}
