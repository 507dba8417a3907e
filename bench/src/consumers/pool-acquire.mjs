// How long acquire takes for a session pool whose agents take two seconds to start.
import { createSessionPool } from '@subwire/pool';
import { fakeCli } from '@subwire/testing';
import { quantile } from '../statistics.mjs';

const { row, leases, bootMs } = JSON.parse(process.argv[2]);
const session = { ...fakeCli({ faults: [{ name: 'slow-init', ms: bootMs }] }) };
const common = { isolation: 'per-process', governor: false, reset: 'clear', session };

async function timed(pool) {
  const start = performance.now();
  const lease = await pool.acquire();
  return { lease, tookMs: performance.now() - start };
}

async function cold() {
  const times = [];
  for (let index = 0; index < leases; index++) {
    const pool = createSessionPool({ ...common, size: 1 });
    times.push((await timed(pool)).tookMs);
    await pool.close();
  }
  return times;
}

async function warm() {
  const pool = createSessionPool({ ...common, size: 2 });
  await pool.warm();
  const times = [];
  for (let index = 0; index < leases; index++) {
    const { lease, tookMs } = await timed(pool);
    times.push(tookMs);
    await lease.release();
  }
  await pool.close();
  return times;
}

const times = await (row === 'cold' ? cold() : warm());
const report = { leases: times.length, p50: quantile(times, 0.5), p95: quantile(times, 0.95), p99: quantile(times, 0.99) };
process.stdout.write(`\n${JSON.stringify(report)}\n`, () => process.exit(0));
