import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { runSnippets, snippetsOf } from '../../scripts/run-snippets.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

beforeAll(async () => {
  await mkdir(path.join(root, '.cache'), { recursive: true });
});

describe('the programs of a page', () => {
  it('are its ts blocks, told apart by what runs them, joined where one goes on', () => {
    const page = [
      '# Title',
      '```sh',
      'npm install',
      '```',
      '```ts',
      "import { it } from 'vitest';",
      '```',
      'text',
      '```ts',
      'const a = 1;',
      '```',
      '```ts continued',
      'a + 1;',
      '```',
      '````md',
      '```ts',
      'inner',
      '```',
      '````',
    ].join('\n');
    expect(snippetsOf(page, 'p.md')).toEqual([
      { page: 'p.md', line: 6, code: "import { it } from 'vitest';\n", kind: 'vitest' },
      { page: 'p.md', line: 10, code: 'const a = 1;\n\na + 1;\n', kind: 'script' },
    ]);
  });

  it('pass the type checker and run, on every page, and programs that do not are found out', async () => {
    const folder = await mkdtemp(path.join(root, '.cache', 'page-'));
    const bad = path.relative(root, path.join(folder, 'bad.md'));
    const fenced = (code: string): string => `\`\`\`ts\n${code}\n\`\`\`\n`;
    await writeFile(
      path.join(root, bad),
      [
        fenced("const wrong: number = 'text';\nconsole.log(wrong);"),
        fenced("throw new Error('ends badly');"),
        fenced("import { expect, it } from 'vitest';\nit('fails', () => expect(1).toBe(2));"),
        fenced("import { expect } from 'vitest';\nexpect(1).toBe(1);"),
        fenced("import { missing } from '@subwire/testing';\nconsole.log(missing);"),
      ].join('\n'),
    );
    try {
      const pages = (await readdir(path.join(root, 'docs'))).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`);
      const readmes = ['README.md', ...['core', 'pool', 'testing', 'cli'].map((name) => `packages/${name}/README.md`)];
      const results = await runSnippets(...readmes, ...pages, bad);
      const own = results.filter(({ snippet }) => snippet.page !== bad);
      expect(
        own
          .filter(({ ok }) => !ok)
          .map(({ snippet, output }) => `${snippet.page}:${snippet.line}\n${output}`)
          .join('\n\n'),
      ).toBe('');
      expect(own.length).toBeGreaterThanOrEqual(25);
      console.log(`docs: ${own.length} programs on ${readmes.length + pages.length} pages ran`);

      const found = results.filter(({ snippet }) => snippet.page === bad);
      expect(found.map(({ ok }) => ok)).toEqual([false, false, false, false, false]);
      expect(found[0]!.output).toContain(`${bad}:2 (7): error TS2322`);
      expect(found[1]!.output).toContain('ends badly');
      expect(found[2]!.output).toMatch(/expected 1 to be 2/);
      expect(found[4]!.output).toMatch(/missing/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 240_000);

  it('show each double in less than 15 lines', async () => {
    const page = await readFile(path.join(root, 'docs/test-your-own-code.md'), 'utf8');
    const long = snippetsOf(page, 'p').filter(({ code }) => code.trim().split('\n').length >= 15);
    expect(long.map(({ line }) => line)).toEqual([]);
  });
});
