// A reader that is slow for some seconds and then reads the rest at full speed: how much it holds at most.
import { setTimeout as sleep } from 'node:timers/promises';
import { createTally } from '../tally.mjs';

const { row, command, count, slowMs } = JSON.parse(process.argv[2]);
const { read } = await import(`../readers/${row}.mjs`);
const tally = createTally({ count });
let taken = 0;
let start;

function take(message) {
  start ??= performance.now();
  tally.take(message);
  if (++taken % 10 === 0 && performance.now() - start < slowMs) return sleep(1);
  return undefined;
}

const ended = new Promise((resolve) => {
  read({
    command,
    take(message) {
      const waiting = take(message);
      if (taken === count) resolve(undefined);
      return waiting;
    },
  }).then(() => resolve(undefined), resolve);
});
const error = await ended;
const report = { ...tally.report(), ...(error !== undefined && { error: String(error).slice(0, 200) }) };
process.stdout.write(`\n${JSON.stringify(report)}\n`, () => process.exit(0));
