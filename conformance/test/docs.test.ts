import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runSnippets } from '../../scripts/run-snippets.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('every program of every page passes the type checker and runs', async () => {
  await mkdir(path.join(root, '.cache'), { recursive: true });
  // The pages about the doubles are run by the tests of that package.
  const pages = (await readdir(path.join(root, 'docs')))
    .filter((file) => file.endsWith('.md') && file !== 'test-your-own-code.md')
    .map((file) => `docs/${file}`);
  const readmes = ['README.md', ...['core', 'pool', 'cli'].map((name) => `packages/${name}/README.md`)];
  const results = await runSnippets(...readmes, ...pages.sort());
  const failed = results.filter((result) => !result.ok).map(({ snippet, output }) => `${snippet.page}:${snippet.line}\n${output}`);
  expect(failed).toEqual([]);
  console.log(`docs: ${results.length} programs on ${readmes.length + pages.length} pages ran`);
}, 300_000);
