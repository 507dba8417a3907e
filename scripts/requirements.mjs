// Writes docs/requirements.md: each requirement and the tests that are named after it. `--check` fails when the page is not what the tests say.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = path.join(root, 'docs', 'requirements.md');
const shownTests = 3;

/** What must be impossible, or must hold, in a line; in the order of the damage that it does. */
const requirements = {
  P01: 'Processes are not leaked, however a run ends',
  P02: 'A run ends: every wait has a clock, and its end names it',
  P03: 'Stopping ends the whole tree, escapees as well',
  P04: 'The memory of a tree has a limit that holds',
  P05: 'Input stays open for as long as anything needs it',
  P06: 'Parallel agents share one rate limit and lose nothing to it',
  P07: 'A warm process is at hand, and the phases of a start are told',
  P08: 'Concurrent processes do not damage one configuration or log each other out',
  P09: 'Dropped work is never called success',
  P10: 'Recovery neither loops nor gives up on the wrong thing',
  P11: 'Stop stops, within bounds, and says how',
  P12: 'The credential that was given is the one that is used',
  P13: 'One long line does not end a turn',
  P14: 'Each answer belongs to its own question',
  P15: 'Unknown messages and stray text do not end a stream',
  P16: 'A dead child never ends its host',
  P17: 'Full pipes do not block both sides',
  P18: 'A session that was killed in the middle of a tool can be taken up again',
  P19: 'Whoever waits for a dead process is told at once',
  P20: 'Windows works from the first byte on',
  P21: 'Conversations of two users never meet in one process',
  P22: 'A limit on memory does not break the runs that it should protect',
  P23: 'Callbacks for permissions, hooks and tools are answered, each by itself',
  P24: 'An exit carries the last words of the process',
  P25: 'Spending has a brake',
  P26: 'Watchdogs spare healthy work and find dead work',
  P27: 'Waiting for a worker ends, also when none can be started',
  P28: 'A pool that is closed ends everything, once',
  P29: 'A retry does not do side effects twice, and a poisonous task is taken out',
  P30: 'Text arrives as it was sent',
  P31: 'The end of the output is there, or its absence is told',
  P32: 'What the operator has set up does not leak into agents',
  P33: 'Secrets are in no process list and no log',
  P34: 'A slow reader does not fill the memory of its host',
  P35: 'A client may leave and come back; a run that nobody wants ends',
  P36: 'Tests need no key, and their doubles are held to the real thing',
  P37: 'Other launchers and other machines are possible, and say what they promise',
  P38: 'A failed start blames the right thing',
  P39: 'The right executable is found, and the others are explained',
  P40: 'Another version of the agent is recognised, not guessed',
  P41: 'Ending on Windows is complete and in order',
  P42: 'An agent may be started from within an agent, to a depth',
  P43: 'A run can be traced, from the caller to the agent',
  P44: 'Costs and tokens add up',
  P45: 'Retries and failures are told apart from success',
  P46: 'A permission may be answered later, by another process',
  P47: 'Many starts at once do not starve the machine',
  P48: 'No stranger is ever signalled',
  P49: 'Signals, terminals and process 1 behave',
  P50: 'Warm processes do not go stale',
};

function testFiles(folder) {
  return readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts') && !entry.parentPath.includes('node_modules'))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

const found = new Map(Object.keys(requirements).map((id) => [id, []]));
const folders = [...readdirSync(path.join(root, 'packages')).map((name) => `packages/${name}/test`), 'conformance/test'];
// A title, in whichever quotes, of a test or of a group of tests; in a table of cases the title comes after the table.
const titles =
  /\b(?:test|it|describe)(?:\.\w+)*\((?:['"`])(?<plain>P\d\d\b[^\n]*)|\)\((?:['"`])(?<each>P\d\d\b[^\n]*)|^\s*name: (?:['"`])(?<row>P\d\d\b[^\n]*)/gm;
for (const file of folders.flatMap(testFiles)) {
  for (const { groups } of readFileSync(path.join(root, file), 'utf8').matchAll(titles)) {
    const title = groups.plain ?? groups.each ?? groups.row;
    found.get(title.slice(0, 3))?.push({ file });
  }
}

const empty = [...found].filter(([, tests]) => tests.length === 0).map(([id]) => id);
const rows = [...found].map(([id, tests]) => {
  const files = [...new Set(tests.map(({ file }) => file))];
  const links = files.slice(0, shownTests).map((file) => `[${path.basename(file)}](../${file})`);
  const more = files.length > shownTests ? `, ${files.length - shownTests} more` : '';
  return `| ${id} | ${requirements[id]} | ${tests.length} | ${links.join(', ')}${more} |`;
});
const text = `# Requirements

What users of command line wrappers complain about, and what must therefore hold. Each has tests that are named after it, so that \`npx vitest run -t P03\` in a package runs them; this table is
made from their titles by \`node scripts/requirements.mjs\`. Tests with injected platforms stand for what this machine cannot be; the job \`platforms\` of the workflow
\`ci\` runs the suites on macOS and Windows.

| id | must hold | tests | where |
| --- | --- | --- | --- |
${rows.join('\n')}
`;

if (empty.length > 0) {
  console.error(`No test is named after ${empty.join(', ')}.`);
  process.exitCode = 1;
} else if (process.argv.includes('--check')) {
  const cells = (content) => content.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
  if (cells(readFileSync(page, 'utf8')) !== cells(text)) {
    console.error('docs/requirements.md is not what the tests say. Run node scripts/requirements.mjs.');
    process.exitCode = 1;
  }
} else writeFileSync(page, text);
