// Reads everything that a program writes and says how much work it was: once, or in turns with the base, since the same program runs a third slower or
// faster from one second to the next, depending on who else the host serves.
import { createTally } from '../tally.mjs';

const { row, base, command, count, full, rounds } = JSON.parse(process.argv[2]);
const warmUp = 2;

async function readOnce(name) {
  const { read } = await import(`../readers/${name}.mjs`);
  const tally = createTally({ count, full });
  await read({ command, take: tally.take });
  return tally.report();
}

async function readInTurns() {
  const pairs = [];
  for (let round = 0; round < warmUp + rounds; round++) {
    const order = round % 2 === 0 ? [base, row] : [row, base];
    const samples = {};
    for (const name of order) samples[name] = await readOnce(name);
    if (round >= warmUp) pairs.push({ sample: samples[row], base: samples[base] });
  }
  return { pairs };
}

function finish(report) {
  process.stdout.write(`\n${JSON.stringify(report)}\n`, () => process.exit(0));
}

function fail(error) {
  finish({ error: String(error).slice(0, 200) });
}

process.on('uncaughtException', fail);
(rounds === undefined ? readOnce(row) : readInTurns()).then(finish, fail);
