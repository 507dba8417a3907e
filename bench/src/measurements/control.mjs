import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runConsumer } from '../consumer-process.mjs';
import { quantile, summary } from '../statistics.mjs';

const answer = fileURLToPath(new URL('../programs/answer.mjs', import.meta.url));
const base = 'hand';
const rows = [base, 'subwire', 'session', 'sdk'];

/** Both sides on one core: a round trip is then two switches between processes, whatever else the machine does with its other cores. */
function pin() {
  const core = ['taskset', '-c', '0'];
  return spawnSync(core[0], [...core.slice(1), 'true']).status === 0 ? core : [];
}

/** The median ratio of neighbouring blocks. */
function ratioOf(sample, row) {
  return quantile(
    sample[row].medians.map((value, block) => value / sample[base].medians[block]),
    0.5,
  );
}

/**
 * The round trip of a control request, one at a time.
 * @param {import('../options.mjs').Options} options
 */
export async function measureControl(options) {
  const prefix = pin();
  const sizes = options.quick ? { warmUp: 2000, blocks: 20, blockSize: 100 } : { warmUp: 5000, blocks: 100, blockSize: 200 };
  const samples = [];
  let failed;
  for (let repetition = 0; repetition < options.repetitions; repetition++) {
    options.progress(`control: ${repetition + 1} of ${options.repetitions}`);
    const sample = await runConsumer('control', { rows, command: [options.node, answer], ...sizes }, { ...options, prefix });
    if (sample.error === undefined) samples.push(sample);
    else failed = sample.error;
  }
  const result = {};
  for (const row of rows) {
    result[row] = {
      checksum: failed === undefined ? 'ok' : `failed: ${failed}`,
      ratio: summary(samples.map((sample) => ratioOf(sample, row))),
      p50: summary(samples.map((sample) => sample[row].p50)),
      p99: summary(samples.map((sample) => sample[row].p99)),
      cpu: summary(samples.map((sample) => sample[row].cpu)),
      repetitions: samples.length,
    };
  }
  return { kind: 'control', pinned: prefix.length > 0, requests: sizes.blocks * sizes.blockSize, rows: result };
}
