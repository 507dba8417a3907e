// One command for every number: measures, prints tables, writes JSON.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeMachine } from './src/machine.mjs';
import { measurements } from './src/measurements/index.mjs';
import { help, readOptions } from './src/options.mjs';
import { installPeers } from './src/peers.mjs';
import { writeDocument } from './src/report/document.mjs';
import { tableOf } from './src/report/tables.mjs';

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) return console.log(help);
  if (options.document) return writeDocument();
  const names = options.only.length === 0 ? Object.keys(measurements) : options.only;
  const unknown = names.find((name) => measurements[name] === undefined);
  if (unknown !== undefined) throw new Error(`There is no measurement ${unknown}. There are: ${Object.keys(measurements).join(', ')}.`);
  installPeers();
  const date = new Date().toISOString();
  const report = {
    date,
    node: options.nodeVersion,
    core: options.core === undefined ? 'this repository' : 'another build (`--core`)',
    quick: options.quick,
    repetitions: options.repetitions,
    machine: describeMachine(),
    results: {},
  };
  const folder = new URL('./results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${date.replaceAll(':', '-').slice(0, 19)}-${options.nodeVersion}.json`, folder);
  for (const name of names) {
    const measurement = await measurements[name](options);
    options.progress('');
    console.log(`\n${name}, Node ${options.nodeVersion}\n\n${tableOf(measurement)}`);
    report.results[name] = measurement;
    // After each one: what was measured is kept although a later one fails.
    writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  console.log(`\nWritten to ${fileURLToPath(file)}`);
}

await main();
