import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram, ownPlaces } from './bundle-program.mjs';

/*
 * Runs the TypeScript of a guide page, so that no example goes stale. A block fenced as `ts` is a program of its own: it must pass the type checker and
 * end with exit code 0, or, when it imports vitest, pass as a test file. The fake CLI is the one that the tests' global set-up has bundled. `ts continued` goes on in the program of the block before it.
 */

const root = fileURLToPath(new URL('..', import.meta.url));

/** One program of a page. */
export interface Snippet {
  /** Path of the page from the root of the repository. */
  readonly page: string;
  /** The line of the page on which the program begins, from 1. */
  readonly line: number;
  readonly code: string;
  readonly kind: 'script' | 'vitest';
}

/** What became of a snippet. */
export interface SnippetResult {
  readonly snippet: Snippet;
  readonly ok: boolean;
  /** What it printed, on both streams. */
  readonly output: string;
}

/** The programs of a page, in order. */
export function snippetsOf(markdown: string, page: string): readonly Snippet[] {
  const snippets: Snippet[] = [];
  const fence = /^(`{3,})(\S*)([^\n]*)\n([\s\S]*?)^\1[ \t]*$/gm;
  for (const match of markdown.matchAll(fence)) {
    const [, , language, info = '', code = ''] = match;
    if (language !== 'ts' && language !== 'typescript') continue;
    const line = markdown.slice(0, match.index).split('\n').length + 1;
    const before = snippets.at(-1);
    if (info.trim() === 'continued' && before !== undefined) {
      const whole = `${before.code}\n${code}`;
      snippets[snippets.length - 1] = { ...before, code: whole, kind: kindOf(whole) };
    } else snippets.push({ page, line, code, kind: kindOf(code) });
  }
  return snippets;
}

function kindOf(code: string): Snippet['kind'] {
  return /from 'vitest'/.test(code) ? 'vitest' : 'script';
}

interface Ran {
  readonly code: number;
  readonly output: string;
}

function execute(file: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = withoutVitest()): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(file, args, { cwd, timeout: 150_000, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}

/** A test runner inside a test runner takes the outer one's variables for its own. */
function withoutVitest(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:VITEST|VITE_|TEST$|NODE_ENV$|NODE_OPTIONS$|NODE_V8_COVERAGE$)/.test(name)),
  );
}

/** The environment of the programs: the fake CLI answers to the name `claude`, and the user's own folder is out of reach. */
async function environmentIn(folder: string): Promise<NodeJS.ProcessEnv> {
  const bin = path.join(folder, 'bin');
  const home = path.join(folder, 'home');
  await Promise.all([mkdir(bin), mkdir(home)]);
  const program = path.join(root, 'packages/testing/.cache/subwire-fake-cli.js');
  await writeFile(path.join(bin, 'claude'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, { mode: 0o755 });
  return { ...withoutVitest(), HOME: home, PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}` };
}

async function runScript(snippet: Snippet, file: string, env: NodeJS.ProcessEnv): Promise<SnippetResult> {
  const bundle = file.replace(/\.ts$/, '.mjs');
  // The folder's own tsconfig.json is being written for the type checker at the same time.
  await bundleProgram(file, bundle, { plugins: [ownPlaces], tsconfigRaw: {}, logLevel: 'silent', sourcemap: 'inline' });
  const { code, output } = await execute(process.execPath, ['--enable-source-maps', bundle], path.dirname(file), env);
  return { snippet, ok: code === 0, output };
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly failureMessages: readonly string[] }[];
  }[];
}

async function runTests(
  folder: string,
  env: NodeJS.ProcessEnv,
  tests: readonly { readonly snippet: Snippet; readonly file: string }[],
): Promise<readonly SnippetResult[]> {
  if (tests.length === 0) return [];
  const config = path.join(folder, 'vitest.config.mjs');
  const conditions = "resolve: { conditions: ['@subwire/source'] }";
  await writeFile(
    config,
    `export default { ${conditions}, ssr: { ${conditions} }, test: { include: ['*.test.ts'], pool: 'forks', maxWorkers: 1, isolate: false, testTimeout: 60000 } };\n`,
  );
  const report = path.join(folder, 'report.json');
  const program = path.join(root, 'node_modules/vitest/vitest.mjs');
  const { output } = await execute(
    process.execPath,
    [program, 'run', '--root', folder, '--config', config, '--reporter=json', `--outputFile=${report}`],
    folder,
    env,
  );
  const text = await readFile(report, 'utf8').catch(() => undefined);
  const results = text === undefined ? [] : (JSON.parse(text) as VitestReport).testResults;
  return tests.map(({ snippet, file }) => {
    const result = results.find(({ name }) => path.basename(name) === path.basename(file));
    const ran = result?.assertionResults ?? [];
    if (result?.status === 'passed' && ran.length > 0) return { snippet, ok: true, output: '' };
    return {
      snippet,
      ok: false,
      output: result === undefined ? output : [result.message, ...ran.flatMap(({ failureMessages }) => failureMessages)].join('\n'),
    };
  });
}

async function checkTypes(
  folder: string,
  files: readonly { readonly snippet: Snippet; readonly file: string }[],
): Promise<ReadonlyMap<Snippet, string>> {
  const config = path.join(folder, 'tsconfig.json');
  await writeFile(config, JSON.stringify({ extends: path.join(root, 'tsconfig.base.json'), include: ['*.ts'] }));
  const { code, output } = await execute(
    process.execPath,
    [path.join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--pretty', 'false', '-p', config],
    folder,
  );
  const complaints = output.split('\n').filter((line) => line.includes('error TS'));
  // A type checker that was ended early has checked nothing.
  if (code !== 0 && complaints.length === 0) throw new Error(`The type checker failed with exit code ${code}: ${output}`);
  const found = new Map<Snippet, string>();
  for (const { snippet, file } of files) {
    const own = complaints.filter((line) => path.basename(line.split('(')[0] ?? '') === path.basename(file));
    const shown = own.map((line) =>
      line.replace(/^[^(]*\((\d+),/, (_, row: string) => `${snippet.page}:${snippet.line + Number(row) - 1} (`),
    );
    if (shown.length > 0) found.set(snippet, shown.join('\n'));
  }
  return found;
}

/** Runs every program of some pages; the paths are from the root of the repository. A page without one adds nothing. */
export async function runSnippets(...pages: readonly string[]): Promise<readonly SnippetResult[]> {
  const found = await Promise.all(pages.map(async (page) => snippetsOf(await readFile(path.join(root, page), 'utf8'), page)));
  const snippets = found.flat();
  if (snippets.length === 0) return [];
  const cache = path.join(root, '.cache/snippets');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(path.join(cache, 'run-'));
  try {
    const files = await Promise.all(
      snippets.map(async (snippet, index) => {
        const file = path.join(folder, `snippet-${index}${snippet.kind === 'vitest' ? '.test' : ''}.ts`);
        await writeFile(file, `${snippet.code}\nexport {};\n`);
        return { snippet, file };
      }),
    );
    const env = await environmentIn(folder);
    const types = checkTypes(folder, files);
    types.catch(() => undefined); // awaited below, after the programs have run
    const results: SnippetResult[] = [];
    for (const { snippet, file } of files) {
      if (snippet.kind === 'script')
        results.push(await runScript(snippet, file, env).catch((cause: unknown) => ({ snippet, ok: false, output: String(cause) })));
    }
    const tests = files.filter(({ snippet }) => snippet.kind === 'vitest');
    results.push(...(await runTests(folder, env, tests)));
    const complaints = await types;
    return snippets.map((snippet) => {
      const result = results.find((one) => one.snippet === snippet) ?? { snippet, ok: false, output: 'was not run' };
      const complaint = complaints.get(snippet);
      return complaint === undefined ? result : { snippet, ok: false, output: `${complaint}\n${result.output}` };
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
