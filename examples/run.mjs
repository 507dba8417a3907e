// Runs every example, each in a process of its own, after the type checker: `node examples/run.mjs [NAME...]`. An example passes when it ends with exit code 0 and
// leaves no process behind. A folder with a main.ts is a program; one with test files is run as its user would, by vitest or by `node --test`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleProgram, ownPlaces } from '../scripts/bundle-program.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '..');
const limitMs = 120_000;
const officialSdk = '@anthropic-ai/claude-agent-sdk';

/** The official SDK is no dependency. It is there where the conformance suite has fetched it, or where somebody has installed it. */
function findOfficialSdk() {
  const cache = path.join(root, '.cache', 'official-sdk');
  const versions = existsSync(cache) ? readdirSync(cache).sort((a, b) => b.localeCompare(a, 'en', { numeric: true })) : [];
  const folders = [process.env.SUBWIRE_OFFICIAL_SDK ?? '', ...versions.map((version) => path.join(cache, version, 'node_modules'))];
  const cached = folders
    .map((folder) => path.join(folder, officialSdk, 'sdk.mjs'))
    .find((file) => path.isAbsolute(file) && existsSync(file));
  if (cached !== undefined) return cached;
  try {
    return createRequire(import.meta.url).resolve(officialSdk);
  } catch {
    return undefined;
  }
}

function examples() {
  const found = readdirSync(here, { withFileTypes: true }).flatMap((entry) => {
    const folder = path.join(here, entry.name);
    if (!entry.isDirectory() || entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    const tests = readdirSync(folder).filter((file) => file.endsWith('.test.ts'));
    const isVitest = tests.some((file) => readFileSync(path.join(folder, file), 'utf8').includes("from 'vitest'"));
    const kind = tests.length === 0 ? 'program' : isVitest ? 'vitest' : 'node-test';
    return [{ name: entry.name, folder, kind, entries: tests.length === 0 ? ['main.ts'] : tests }];
  });
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !found.some((example) => example.name === name));
  if (unknown.length > 0) throw new Error(`No such example: ${unknown.join(', ')}. There are ${found.map(({ name }) => name).join(', ')}.`);
  return wanted.length === 0 ? found : found.filter(({ name }) => wanted.includes(name));
}

/** Everything but our own sources stays where it is installed. */
const installedPackages = {
  name: 'installed-packages',
  setup(setup) {
    setup.onResolve({ filter: /^[@\w]/ }, ({ path: specifier, kind }) => {
      if (kind === 'entry-point' || specifier.startsWith('@subwire/')) return undefined;
      return { path: specifier === officialSdk ? pathToFileURL(findOfficialSdk()).href : specifier, external: true };
    });
  },
};

/** Makes one program of TypeScript files, with our packages from their sources. */
async function bundle(entry, outfile) {
  await bundleProgram(entry, outfile, { plugins: [ownPlaces, installedPackages], sourcemap: 'inline' });
  return outfile;
}

/** The command that runs an example. */
async function commandOf({ folder, name, kind, entries }, cache) {
  if (kind === 'vitest') {
    const conditions = "resolve: { conditions: ['@subwire/source'] }";
    const config = path.join(cache, 'vitest.config.mjs');
    const cacheDir = JSON.stringify(path.join(cache, 'vite'));
    writeFileSync(
      config,
      `export default { cacheDir: ${cacheDir}, ${conditions}, ssr: { ${conditions} }, test: { pool: 'forks', maxWorkers: 1, testTimeout: ${limitMs} } };\n`,
    );
    return [path.join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--root', folder, '--config', config];
  }
  const bundles = await Promise.all(
    entries.map((entry) => bundle(path.join(folder, entry), path.join(cache, name, entry.replace(/\.ts$/, '.mjs')))),
  );
  return ['--enable-source-maps', ...(kind === 'node-test' ? ['--test'] : []), ...bundles];
}

/** Without the variables of a test run around this one, and without anybody's key or settings. */
function environmentIn(home) {
  const foreign = /^(?:VITEST|VITE_|NODE_ENV$|NODE_OPTIONS$|NODE_TEST_CONTEXT$|NODE_V8_COVERAGE$|ANTHROPIC_|CLAUDE)/;
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name))), HOME: home, CI: 'true' };
}

function execute(args, cwd, env) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs, killSignal: 'SIGKILL' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', (cause) => resolve({ failure: String(cause), output }));
    child.once('close', (code, signal) =>
      resolve({ failure: code === 0 ? undefined : `it ended with ${signal ?? `exit code ${code}`}`, output }),
    );
  });
}

async function run(command, trackProcesses) {
  const started = performance.now();
  const home = mkdtempSync(path.join(tmpdir(), 'subwire-example-'));
  const tracker = trackProcesses({ whenUnsupported: 'pass' });
  try {
    const { failure, output } = await execute(command, home, { ...environmentIn(home), ...tracker.env });
    const left = tracker.support.supported ? await tracker.survivors() : [];
    const leak =
      left.length === 0 ? undefined : `it left processes behind: ${left.map(({ pid, commandLine }) => `${pid} ${commandLine}`).join(', ')}`;
    return { failure: failure ?? leak, output, durationMs: performance.now() - started };
  } finally {
    await tracker[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
  }
}

async function checkTypes() {
  const started = performance.now();
  const { failure, output } = await execute(
    [path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit', '--pretty', 'false', '-p', here],
    here,
    process.env,
  );
  return { failure, output, durationMs: performance.now() - started };
}

function writeReport(results) {
  const count = (status) => results.filter((result) => result.status === status).length;
  const report = {
    numTotalTests: results.length,
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('pending'),
    numTodoTests: 0,
    success: count('failed') === 0,
    testResults: results.map(({ name, status, message, durationMs }) => ({
      name: path.join(here, name),
      status: status === 'failed' ? 'failed' : 'passed',
      message,
      assertionResults: [
        {
          title: name,
          fullName: name,
          ancestorTitles: [],
          status,
          duration: durationMs,
          failureMessages: status === 'failed' ? [message] : [],
        },
      ],
    })),
  };
  mkdirSync(path.join(here, '.reports'), { recursive: true });
  writeFileSync(path.join(here, '.reports', 'vitest.json'), `${JSON.stringify(report, undefined, 2)}\n`);
}

const results = [];
function tell(name, { failure, output = '', durationMs = 0 }, leftOut) {
  const status = leftOut !== undefined ? 'pending' : failure === undefined ? 'passed' : 'failed';
  const message = leftOut ?? (failure === undefined ? '' : `${failure}\n${output}`);
  results.push({ name, status, message, durationMs });
  const seconds = `${(durationMs / 1000).toFixed(1)} s`;
  console.log(
    status === 'pending' ? `- ${name}: left out, ${message}` : `${status === 'passed' ? '✓' : '✗'} ${name}: ${status}, ${seconds}`,
  );
  if (status === 'failed') console.log(message.replace(/^/gm, '    '));
}

const chosen = examples();
const checked = checkTypes();
const cache = path.join(here, '.cache', `run-${process.pid}`);
mkdirSync(cache, { recursive: true });
try {
  // The fake CLI is a program of its own, bundled by the same script as for the tests.
  const programs = await import(
    pathToFileURL(await bundle(path.join(root, 'scripts', 'bundle-programs.ts'), path.join(cache, 'bundle-programs.mjs')))
  );
  await programs.default({ config: { root: here } });
  const { trackProcesses } = await import(
    pathToFileURL(await bundle(path.join(root, 'packages', 'testing', 'src', 'index.ts'), path.join(cache, 'testing.mjs')))
  );
  const commands = new Map();
  for (const example of chosen) {
    if (example.name === 'official-sdk' && findOfficialSdk() === undefined) continue;
    commands.set(example.name, await commandOf(example, cache).catch((cause) => ({ failure: String(cause) })));
  }
  // Before the first example, so that its processes and those of this one are not taken for each other's.
  tell('types', await checked);
  for (const example of chosen) {
    const command = commands.get(example.name);
    if (command === undefined) tell(example.name, {}, `because ${officialSdk} is not installed (npm run conformance fetches it)`);
    else if (command.failure !== undefined) tell(example.name, command);
    else tell(example.name, await run(command, trackProcesses).catch((cause) => ({ failure: String(cause) })));
  }
} finally {
  rmSync(cache, { recursive: true, force: true });
}
writeReport(results);
process.exitCode = results.some(({ status }) => status === 'failed') ? 1 : 0;
