// Control requests one after the other, by every row in turn: how long each takes. The rows share one process and take turns in short blocks, because the
// same program runs a third slower or faster from one process to the next, and from one second to the next, depending on who else the host serves.
import { askers } from '../askers.mjs';
import { quantile } from '../statistics.mjs';

const { rows, command, warmUp, blocks, blockSize } = JSON.parse(process.argv[2]);
const runners = [];
for (const row of rows) runners.push({ row, ...(await askers[row](command)), times: [], medians: [], cpu: 0 });
for (const { ask } of runners) for (let index = 0; index < warmUp; index++) await ask();
for (let block = 0; block < blocks; block++) {
  for (let turn = 0; turn < runners.length; turn++) {
    const runner = runners[(turn + block) % runners.length];
    const times = [];
    const cpu = process.cpuUsage();
    for (let index = 0; index < blockSize; index++) {
      const start = performance.now();
      await runner.ask();
      times.push((performance.now() - start) * 1000);
    }
    const { user, system } = process.cpuUsage(cpu);
    runner.cpu += user + system;
    runner.medians.push(quantile(times, 0.5));
    runner.times.push(...times);
  }
}
const report = {};
for (const { row, times, medians, cpu } of runners)
  report[row] = { p50: quantile(times, 0.5), p99: quantile(times, 0.99), cpu: cpu / times.length, medians };
process.stdout.write(`\n${JSON.stringify(report)}\n`, () => process.exit(0));
