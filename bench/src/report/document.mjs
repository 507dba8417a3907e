import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tableOf } from './tables.mjs';

const results = new URL('../../results/', import.meta.url);
const target = new URL('../../../docs/measured.md', import.meta.url);

const titles = {
  deltas: 'Text deltas: one million messages of about 300 bytes',
  mixed: 'Deltas and tool results of 20 to 200 KB',
  big: 'Lines of 1, 8 and 32 MB',
  unicode: 'Text of many scripts, emoji, and U+2028, U+2029 and U+0085 inside strings',
  line: 'One write per message',
  validation: 'With every message checked by its zod schema',
  control: 'Round trip of a control request, both sides on one core',
  flood: 'A control request awaited inside the handler of a slow reader, under a flood',
  slow: 'A slow reader of half a gigabyte',
  chunks: 'One line of 64 MiB in pieces of 1 KiB, in memory',
  import: 'Importing the package, beside rxjs alone',
  startup: 'Start of the command, beside a Node that does nothing',
  'pool-bookkeeping': 'Pool: acquire and release of objects that cost nothing',
  'pool-acquire': 'Pool: acquire of an agent that takes two seconds to start (fake CLI)',
  'pool-faults': 'Pool: 200 tasks at a time on 8 processes, of which a random one at work is killed every 50 ms',
};

const intro = `# Measured

\`\`\`sh
npm run bench                                        # this Node
node bench/run.mjs --node "$(npx -y -p node@24 node -p process.execPath)"   # Node 24 for the consumers
node bench/run.mjs --document                        # writes this page from the last results of each Node
\`\`\`

Throughput: each repetition is a process in which the row and the hand-written optimum (*limit*: a pipe, one decode per chunk, \`indexOf\`, \`JSON.parse\`) read the same slice of
the corpus in turns, ten times each, from a real pipe that \`cat\` fills. What counts is the CPU time, user and system, between the first message and the last, divided by the
neighbour's; the ratio of a repetition is the median of its ten. The cell is the median of the repetitions, with the least and the greatest in brackets: what else the
machine does weighs on both of a pair, so the ratios hold where the milliseconds do not. Content and memory are those of one more process, which reads the whole corpus and hashes every
character; ✗ says what a row lost or damaged.

\`subwire\` is \`createTransport().messages$\` with its default options, \`subwire-read\` its \`read()\`.`;

function load() {
  return readdirSync(results)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(new URL(name, results), 'utf8')));
}

function about({ quick, date, repetitions, machine, core }, { rows }) {
  const least = Math.min(...Object.values(rows).map((row) => row.repetitions ?? repetitions));
  const size = quick ? 'small corpora (`--quick`)' : 'full corpora';
  return `${date.slice(0, 10)}, core of ${core}, ${machine.cpus} cores (${machine.cpu}), load ${machine.load[0]} at the start, ${size}, ${least} repetitions or more.`;
}

/** Writes docs/measured.md: of each Node and measurement the last result, a full one rather than a quick one. */
export function writeDocument() {
  const reports = load();
  const nodes = [...new Set(reports.map(({ node }) => node))].sort();
  const sections = [];
  for (const [name, title] of Object.entries(titles)) {
    for (const node of nodes) {
      const own = reports.filter((report) => report.node === node && report.results[name] !== undefined);
      const best = own.findLast(({ quick }) => !quick) ?? own.at(-1);
      if (best === undefined) continue;
      const heading = sections.at(-1)?.name === name ? '' : `## ${title}\n\n`;
      sections.push({ name, text: `${heading}**Node ${node}**: ${about(best, best.results[name])}\n\n${tableOf(best.results[name])}` });
    }
  }
  const versions = Object.entries(reports.at(-1)?.machine.versions ?? {}).map(([name, version]) => `${name} ${version}`);
  // The links to the pages beside it, which the test of the docs writes.
  const foot = /\n(?:Previous|Next): .*\n$/.exec(readFileSync(target, 'utf8'))?.[0] ?? '';
  writeFileSync(target, `${[intro, ...sections.map(({ text }) => text), `Versions: ${versions.join(', ')}.`].join('\n\n')}\n${foot}`);
}
