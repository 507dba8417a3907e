import { runConsumer } from '../consumer-process.mjs';
import { inPairs } from '../in-pairs.mjs';
import { summary } from '../statistics.mjs';

/**
 * What importing costs on top of rxjs alone.
 * @param {import('../options.mjs').Options} options
 */
export async function measureImport(options) {
  const repetitions = options.quick ? 5 : Math.max(15, options.repetitions);
  const pairs = await inPairs({
    base: 'rxjs',
    rows: ['subwire', 'rxjs and zod', 'sdk'],
    repetitions,
    run: (row) => runConsumer('import', { row }, options),
    progress: (done, of, row) => options.progress(`import: ${done} of ${of}, ${row}`),
  });
  const rows = {};
  for (const [row, own] of pairs) {
    const bad = own.find(({ sample }) => sample.error !== undefined);
    if (bad !== undefined) {
      rows[row] = { checksum: `failed: ${bad.sample.error}` };
      continue;
    }
    rows[row] = {
      wallMs: summary(own.map(({ sample }) => sample.wallMs)),
      overRxjsMs: summary(own.map(({ sample, base }) => sample.wallMs - base.wallMs)),
      cpuMs: summary(own.map(({ sample }) => sample.cpuMs)),
      cpuOverRxjsMs: summary(own.map(({ sample, base }) => sample.cpuMs - base.cpuMs)),
      residentMegabytes: summary(own.map(({ sample }) => sample.residentBytes / 1e6)),
      repetitions: own.length,
    };
  }
  return { kind: 'import', rows };
}
