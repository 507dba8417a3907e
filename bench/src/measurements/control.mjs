import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runConsumer } from '../consumer-process.mjs';
import { inPairs } from '../in-pairs.mjs';
import { summary } from '../statistics.mjs';

const answer = fileURLToPath(new URL('../programs/answer.mjs', import.meta.url));

/** Both sides on one core: a round trip is then two switches between processes, whatever else the machine does with its other cores. */
function pin() {
  const core = ['taskset', '-c', '0'];
  return spawnSync(core[0], [...core.slice(1), 'true']).status === 0 ? core : [];
}

/**
 * The round trip of a control request, one at a time.
 * @param {import('../options.mjs').Options} options
 */
export async function measureControl(options) {
  const prefix = pin();
  const sizes = options.quick ? { warmUp: 1000, requests: 2000 } : { warmUp: 5000, requests: 20_000 };
  const command = [options.node, answer];
  const pairs = await inPairs({
    base: 'hand',
    rows: ['subwire', 'session', 'sdk'],
    repetitions: options.repetitions,
    run: (row) => runConsumer('control', { row, command, ...sizes }, { ...options, prefix }),
    progress: (done, of, row) => options.progress(`control: ${done} of ${of}, ${row}`),
  });
  const rows = {};
  for (const [row, own] of pairs) {
    const good = own.filter(({ sample, base }) => sample.p50 > 0 && base.p50 > 0);
    const bad = own.find(({ sample }) => sample.error !== undefined);
    rows[row] = {
      checksum: bad === undefined ? 'ok' : `failed: ${bad.sample.error}`,
      ratio: summary(good.map(({ sample, base }) => sample.p50 / base.p50)),
      p50: summary(good.map(({ sample }) => sample.p50)),
      p99: summary(good.map(({ sample }) => sample.p99)),
      cpu: summary(good.map(({ sample }) => sample.cpu)),
      repetitions: own.length,
    };
  }
  return { kind: 'control', pinned: prefix.length > 0, requests: sizes.requests, rows };
}
