import { median, spread } from './format.mjs';

const failure = ['', (row) => (row.checksum === 'ok' ? '' : `✗ ${row.checksum}`)];

/** The tables of the measurements of the pool. */
export const poolColumns = {
  'pool-bookkeeping': [
    ['p50, µs', (row) => spread(row.p50)],
    ['p99, µs', (row) => spread(row.p99)],
    ['µs each, 1,000 waiting', (row) => spread(row.crowded)],
    ['out of order', (row) => median(row.inversions, 0)],
    failure,
  ],
  'pool-acquire': [
    ['p50, ms', (row) => spread(row.p50, 3)],
    ['p95, ms', (row) => spread(row.p95, 3)],
    ['p99, ms', (row) => spread(row.p99, 3)],
    ['times faster than cold', (row) => spread(row.times, 0)],
    failure,
  ],
  'pool-faults': [
    ['kills', (row) => spread(row.kills, 0)],
    ['done', (row) => spread(row.done, 0)],
    ['failed', (row) => spread(row.failed, 0)],
    ['never settled', (row) => spread(row.neverSettled, 0)],
    ['done twice', (row) => spread(row.twice, 0)],
    ['uncaught errors', (row) => spread(row.uncaught, 0)],
    ['processes left', (row) => spread(row.left, 0)],
    ['host CPU, %', (row) => median(row.hostCpuPercent, 0)],
    failure,
  ],
};
