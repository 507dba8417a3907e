import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorCodes } from '@subwire/core';
import { taskErrorCodes } from '@subwire/pool';
import prettier from 'prettier';
import { describe, expect, it } from 'vitest';
import { footOf, readingOrder, withFoot } from '../../scripts/doc-pages.ts';
import { type ErrorClass, renderErrorsPage } from '../../scripts/errors-page.ts';
import { anchorsOf, fencesOf, linksOf } from '../../scripts/markdown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const docs = path.join(root, 'docs');
const read = (...parts: readonly string[]): Promise<string> => readFile(path.join(root, ...parts), 'utf8');
const isUpdate = process.env['UPDATE_DOCS'] === '1';

/** The reference that `npm run docs:api` makes, with copies of our pages that link to nowhere. */
const reference = path.join(root, 'docs', 'api');

async function markdownFiles(folder = root): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        const isForeign = /^(?:node_modules|dist|coverage|fixtures|\.(?!github$|changeset$).*)$/.test(entry.name) || file === reference;
        return isForeign ? [] : markdownFiles(file);
      }
      return entry.name.endsWith('.md') && entry.name !== 'CHANGELOG.md' ? [file] : [];
    }),
  );
  return found.flat();
}

/** The classes of errors and their codes, as the sources declare them. */
async function errorClasses(): Promise<readonly ErrorClass[]> {
  const folder = path.join(root, 'packages/core/src/errors');
  const files = (await readdir(folder)).map((name) => path.join(folder, name));
  const classes: ErrorClass[] = [];
  for (const file of [...files, path.join(root, 'packages/pool/src/policy/pool-error.ts')]) {
    const source = await readFile(file, 'utf8');
    const name = /export class (\w+) extends SubwireError\b/.exec(source)?.[1];
    const type = /declare readonly code:([^;]+);/.exec(source)?.[1]?.trim();
    if (name === undefined || type === undefined) continue;
    const union = type.includes("'") ? type : new RegExp(`type ${type} =([^;]+);`).exec(source)![1]!;
    classes.push({ name, codes: [...union.matchAll(/'(\w+)'/g)].map((match) => match[1]!) });
  }
  const order = Object.keys(errorCodes);
  const rank = (code: string): number => order.indexOf(code);
  return classes
    .map(({ name, codes }) => ({ name, codes: [...codes].sort((one, two) => rank(one) - rank(two)) }))
    .sort((one, two) => rank(one.codes[0]!) - rank(two.codes[0]!));
}

/** The codes in the first column of the tables under a heading of a page. */
function codesUnder(page: string, heading: RegExp): readonly string[] {
  const sections = page.split(/^## /m).filter((section) => heading.test(section.split('\n')[0]!));
  return sections.flatMap((section) => [...section.matchAll(/^\| `([A-Z_0-9]+)`/gm)].map((match) => match[1]!));
}

async function formatted(file: string, text: string): Promise<string> {
  return prettier.format(text, { ...(await prettier.resolveConfig(file)), parser: 'markdown' });
}

describe('docs/errors.md', () => {
  it('is what its sources say', async () => {
    const file = path.join(docs, 'errors.md');
    const foot = footOf(readingOrder(await read('docs/README.md')), 'errors.md');
    const wanted = await formatted(file, withFoot(renderErrorsPage(await errorClasses()), foot));
    if (isUpdate) await writeFile(file, wanted);
    expect(await readFile(file, 'utf8'), 'run this test with UPDATE_DOCS=1 to write it anew').toBe(wanted);
  });

  it('has every code once, and none that does not exist', async () => {
    const page = await read('docs/errors.md');
    expect([...codesUnder(page, /Error$/)].sort()).toEqual(Object.keys(errorCodes).sort());
    const ofTasks = Object.keys(taskErrorCodes).filter((code) => !(code in errorCodes));
    expect([...codesUnder(page, /^Results of tasks$/)].sort()).toEqual(ofTasks.sort());
    const types = (await read('packages/core/src/transport/types.ts')).replace(/\/\*[\s\S]*?\*\//g, '');
    const union = /export type DiagnosticCode =([^;]+);/.exec(types)![1]!;
    const diagnostics = [...union.matchAll(/'(\w+)'/g)].map((match) => match[1]!);
    expect(diagnostics.length).toBeGreaterThanOrEqual(15);
    expect([...codesUnder(page, /^Diagnostics$/)].sort()).toEqual(diagnostics.sort());
  });
});

describe('the guide', () => {
  it('leads from page to page', async () => {
    const pages = readingOrder(await read('docs/README.md'));
    const chained = pages.map(({ file }) => file);
    expect(new Set(chained).size).toBe(chained.length);
    for (const { file, title } of pages) {
      const page = await read('docs', file);
      expect(page, `${file} has a title`).toMatch(/^# \S/);
      expect(title.length).toBeGreaterThan(0);
      const wanted = withFoot(page, footOf(pages, file));
      if (isUpdate && wanted !== page) await writeFile(path.join(docs, file), wanted);
      const last = (isUpdate ? wanted : page).trimEnd().split('\n').at(-1);
      expect(last, `the last line of docs/${file}; UPDATE_DOCS=1 writes it`).toBe(footOf(pages, file));
    }
  });

  it('has every page in its index', async () => {
    const linked = linksOf(await read('docs/README.md')).map(({ target }) => target);
    const pages = (await readdir(docs)).filter((file) => file.endsWith('.md') && file !== 'README.md');
    expect(pages.filter((file) => !linked.includes(file))).toEqual([]);
  });
});

describe('every page of the repository', () => {
  it('links to files and headings that are there', async () => {
    const files = await markdownFiles();
    expect(files.length).toBeGreaterThan(20);
    const anchors = new Map<string, ReadonlySet<string>>();
    const broken: string[] = [];
    let count = 0;
    for (const file of files) {
      for (const { line, target } of linksOf(await readFile(file, 'utf8'))) {
        if (/^[a-z][a-z+.-]*:/i.test(target)) continue;
        count += 1;
        const [name = '', anchor] = decodeURIComponent(target).split('#');
        const to = name === '' ? file : path.resolve(path.dirname(file), name);
        const where = `${path.relative(root, file)}:${line} ${target}`;
        const found = await stat(to).catch(() => undefined);
        if (found === undefined || path.relative(root, to).startsWith('..')) broken.push(`${where} is not there`);
        else if (anchor !== undefined) {
          if (!anchors.has(to)) anchors.set(to, found.isFile() ? anchorsOf(await readFile(to, 'utf8')) : new Set());
          if (!anchors.get(to)!.has(anchor)) broken.push(`${where} has no such heading`);
        }
      }
    }
    console.log(`docs: ${count} relative links on ${files.length} pages checked`);
    expect(broken).toEqual([]);
    expect(count).toBeGreaterThan(50);
  });

  it('has diagrams of known types', async () => {
    const known =
      /^(?:(?:flowchart|graph) (?:TB|TD|BT|LR|RL)|sequenceDiagram|stateDiagram-v2|classDiagram|erDiagram|gantt|pie|timeline|mindmap)\b/;
    const diagrams: string[] = [];
    for (const file of await markdownFiles()) {
      for (const { language, body } of fencesOf(await readFile(file, 'utf8')))
        if (language === 'mermaid') diagrams.push(`${path.relative(root, file)}: ${body.trimStart().split('\n')[0]}`);
    }
    expect(diagrams.length).toBeGreaterThanOrEqual(4);
    expect(diagrams.filter((one) => !known.test(one.slice(one.indexOf(': ') + 2)))).toEqual([]);
  });
});

describe('the reading of markdown', () => {
  it('follows the rules of GitHub for anchors', () => {
    const page =
      '# A `Code` & more\n## Same\n## Same\n```md\n## Not one\n```\n## [Linked](x.md), *really*?\n### `snake_case` Ünïcode\n<a id="own"></a>\n';
    expect([...anchorsOf(page)]).toEqual(['a-code--more', 'same', 'same-1', 'linked-really', 'snake_case-ünïcode', 'own']);
  });

  it('finds links, but not in code', () => {
    const page = 'a [b](c.md#d) `[no](no.md)` ![e](<f.png> "title")\n```ts\n[no](no.md)\n```\n<!-- [no](no.md) -->\n[ref]: g.md\n';
    expect(linksOf(page)).toEqual([
      { line: 1, target: 'c.md#d' },
      { line: 1, target: 'f.png' },
      { line: 6, target: 'g.md' },
    ]);
    expect(() => fencesOf('```ts\nnever closed')).toThrow(/never closed/);
  });
});
