// Control requests one after the other: how long each takes.
import { askers } from '../askers.mjs';
import { quantile } from '../statistics.mjs';

const { row, command, warmUp, requests } = JSON.parse(process.argv[2]);
const { ask } = await askers[row](command);
for (let index = 0; index < warmUp; index++) await ask();
const times = [];
const cpu = process.cpuUsage();
for (let index = 0; index < requests; index++) {
  const start = performance.now();
  await ask();
  times.push((performance.now() - start) * 1000);
}
const { user, system } = process.cpuUsage(cpu);
const report = { answers: times.length, p50: quantile(times, 0.5), p99: quantile(times, 0.99), cpu: (user + system) / requests };
process.stdout.write(`\n${JSON.stringify(report)}\n`, () => process.exit(0));
