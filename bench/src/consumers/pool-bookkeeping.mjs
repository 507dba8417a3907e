// What lending costs without the resource: one at a time, and with a thousand that wait.
import { lenders } from '../pool/lenders.mjs';
import { quantile } from '../statistics.mjs';

const { row, warmUp, operations, waiting } = JSON.parse(process.argv[2]);
const lend = await lenders[row]();

async function once() {
  const giveBack = await lend();
  await giveBack();
}

for (let index = 0; index < warmUp; index++) await once();
const times = [];
for (let index = 0; index < operations; index++) {
  const start = performance.now();
  await once();
  times.push((performance.now() - start) * 1000);
}

let next = 0;
let inversions = 0;
let lastServed = -1;
async function loop() {
  while (next < operations) {
    const own = next++;
    const giveBack = await lend();
    if (own < lastServed) inversions++;
    lastServed = Math.max(lastServed, own);
    await giveBack();
  }
}
const start = performance.now();
await Promise.all(Array.from({ length: waiting }, loop));
const crowded = ((performance.now() - start) * 1000) / operations;
const report = { p50: quantile(times, 0.5), p99: quantile(times, 0.99), crowded, inversions };
process.stdout.write(`\n${JSON.stringify(report)}\n`, () => process.exit(0));
