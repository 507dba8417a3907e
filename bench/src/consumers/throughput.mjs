// One repetition of one row: reads everything that a program writes and says how much work it was.
import { createTally } from '../tally.mjs';

const { row, command, count, full } = JSON.parse(process.argv[2]);
const { read } = await import(`../readers/${row}.mjs`);
const tally = createTally({ count, full });

function finish(error) {
  const report = { ...tally.report(), ...(error !== undefined && { error: String(error).slice(0, 200) }) };
  process.stdout.write(`\n${JSON.stringify(report)}\n`, () => process.exit(0));
}

process.on('uncaughtException', finish);
read({ command, take: tally.take }).then(() => finish(), finish);
