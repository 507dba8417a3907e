import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inPairs } from '../in-pairs.mjs';
import { summary } from '../statistics.mjs';

const program = fileURLToPath(new URL('../../../packages/cli/dist/bin.js', import.meta.url));
const base = 'node -e 0';
const rows = { [base]: ['-e', '0'], 'subwire --version': [program, '--version'], 'subwire run --help': [program, 'run', '--help'] };

/**
 * How long the command takes to say something that needs no agent, as a whole process, beside a Node that does nothing.
 * @param {import('../options.mjs').Options} options
 */
export async function measureStartup(options) {
  const pairs = await inPairs({
    base,
    rows: Object.keys(rows).filter((row) => row !== base),
    repetitions: options.quick ? 5 : Math.max(15, options.repetitions),
    run: async (row) => {
      const start = performance.now();
      const { status, stderr } = spawnSync(options.node, rows[row], { encoding: 'utf8' });
      return { wallMs: performance.now() - start, ...(status !== 0 && { error: stderr.trim().slice(-200) }) };
    },
    progress: (done, of, row) => options.progress(`startup: ${done} of ${of}, ${row}`),
  });
  const result = {};
  for (const [row, own] of pairs) {
    const bad = own.find(({ sample }) => sample.error !== undefined);
    result[row] = {
      checksum: bad === undefined ? 'ok' : `failed: ${bad.sample.error}`,
      ratio: summary(own.map(({ sample, base: bare }) => sample.wallMs / bare.wallMs)),
      wallMs: summary(own.map(({ sample }) => sample.wallMs)),
      repetitions: own.length,
    };
  }
  return { kind: 'startup', rows: result };
}
