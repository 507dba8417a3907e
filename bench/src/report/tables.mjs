import { markdownTable, median, spread } from './format.mjs';
import { poolColumns } from './pool-columns.mjs';

const columns = {
  ...poolColumns,
  throughput: [
    ['CPU, × limit', (row) => spread(row.ratio)],
    ['CPU, ms', (row) => median(row.cpuMs, 0)],
    ['µs/message', (row) => median(row.microsecondsPerMessage)],
    ['wall, ms', (row) => median(row.wallMs, 0)],
    ['peak memory, MB', (row) => median(row.residentMegabytes, 0)],
    ['content', (row) => (row.checksum === 'ok' ? 'ok' : `✗ ${row.checksum}`)],
  ],
  import: [
    ['over rxjs, ms', (row) => spread(row.overRxjsMs, 1)],
    ['import, ms', (row) => spread(row.wallMs, 1)],
    ['CPU over rxjs, ms', (row) => spread(row.cpuOverRxjsMs, 1)],
    ['memory, MB', (row) => median(row.residentMegabytes, 1)],
  ],
  startup: [
    ['× node -e 0', (row) => spread(row.ratio)],
    ['wall, ms', (row) => median(row.wallMs, 0)],
    ['', (row) => (row.checksum === 'ok' ? '' : `✗ ${row.checksum}`)],
  ],
  control: [
    ['p50, × hand', (row) => spread(row.ratio)],
    ['p50, µs', (row) => spread(row.p50, 1)],
    ['p99, µs', (row) => spread(row.p99, 1)],
    ['CPU per request, µs', (row) => median(row.cpu, 1)],
    ['answers', (row) => row.checksum],
  ],
  flood: [
    ['answered', (row) => `${row.answered} of ${row.asked}`],
    ['p50, ms', (row) => (row.p50 === undefined ? '–' : row.p50.toFixed(2))],
    ['p99, ms', (row) => (row.p99 === undefined ? '–' : row.p99.toFixed(2))],
    ['messages read', (row) => median(row.messages, 0)],
    ['peak memory, MB', (row) => spread(row.residentMegabytes, 0)],
    ['', (row) => (row.checksum === 'ok' ? '' : `✗ ${row.checksum}`)],
  ],
  slow: [
    ['peak memory, MB', (row) => spread(row.residentMegabytes, 0)],
    ['CPU, ms', (row) => median(row.cpuMs, 0)],
    ['content', (row) => (row.checksum === 'ok' ? 'ok' : `✗ ${row.checksum}`)],
  ],
  chunks: [
    ['1 KiB, × one chunk', (row) => spread(row.ratio)],
    ['1 KiB, ms', (row) => median(row.smallMs, 0)],
    ['one chunk, ms', (row) => median(row.wholeMs, 0)],
    ['peak memory, MB', (row) => median(row.residentMegabytes, 0)],
    ['content', (row) => (row.checksum === 'ok' ? 'ok' : `✗ ${row.checksum}`)],
  ],
};

/**
 * One measurement as a table.
 * @param {{ kind: keyof typeof columns, rows: Record<string, any> }} measurement
 */
export function tableOf({ kind, rows }) {
  const head = ['', ...columns[kind].map(([title]) => title)];
  const body = Object.entries(rows).map(([name, row]) => [name, ...columns[kind].map(([, cell]) => cell(row))]);
  return markdownTable([head, ...body]);
}
