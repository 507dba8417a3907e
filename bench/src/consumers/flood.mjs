// A reader that is slow and that asks in the middle of its work, while the other side writes as fast as it can.
import { setTimeout as sleep } from 'node:timers/promises';
import { askers } from '../askers.mjs';

const { row, command, durationMs, askEveryMs, patienceMs } = JSON.parse(process.argv[2]);
const { ask, messages } = await askers[row](command);
const start = performance.now();
const times = [];
let read = 0;
let asked = 0;
let last = start;
let stuck = false;
for await (const message of messages()) {
  if (message.type !== undefined) read++;
  if (read % 10 === 0) await sleep(1);
  const now = performance.now();
  if (now - last >= askEveryMs) {
    last = now;
    asked++;
    const answered = await Promise.race([ask().then(() => true), sleep(patienceMs, false)]);
    if (!answered) {
      stuck = true;
      break;
    }
    times.push(performance.now() - now);
  }
  if (now - start >= durationMs) break;
}
const report = { asked, times, messages: read, stuck, residentBytes: process.resourceUsage().maxRSS * 1024 };
process.stdout.write(`\n${JSON.stringify(report)}\n`, () => process.exit(0));
