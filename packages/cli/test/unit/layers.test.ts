import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { layers } from '../../../../eslint.layers.js';

const source = fileURLToPath(new URL('../../src/', import.meta.url));
const maxLines = 250;

// Files beside the folders: what everybody may use, and what may use everything, in this order.
const below = ['exit-codes.ts'];
const above = ['program.ts', 'main.ts', 'bin.ts'];

async function sourceFiles(): Promise<readonly string[]> {
  const names = await readdir(source, { recursive: true });
  return names.filter((name) => name.endsWith('.ts')).map((name) => name.replaceAll(path.sep, '/'));
}

/** The rank of a file: folders by the table, single files below or above them. */
function rankOf(file: string): number {
  const [folder = ''] = file.split('/');
  if (!file.includes('/')) {
    if (below.includes(file)) return -1;
    return above.includes(file) ? layers.cli.length + above.indexOf(file) : Number.NaN;
  }
  return layers.cli.findIndex((folders: readonly string[]) => folders.includes(folder));
}

/** Relative imports of a file, static, dynamic and of types alike, as paths below src. */
function importsOf(file: string, text: string): readonly string[] {
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) => path.posix.join(path.posix.dirname(file), match[1]!));
}

describe('the sources of the command', async () => {
  const files = await Promise.all(
    (await sourceFiles()).map(async (file) => ({ file, text: await readFile(path.join(source, file), 'utf8') })),
  );

  it('are found', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it.each(files)('$file has a place in the table of layers', ({ file }) => {
    expect(rankOf(file)).toBeGreaterThanOrEqual(-1);
  });

  it.each(files)('$file imports its own folder or lower ones only', ({ file, text }) => {
    const wrong = importsOf(file, text)
      .filter((target) => !target.startsWith('..'))
      .filter((target) => target.split('/')[0] !== file.split('/')[0] || !file.includes('/'))
      .filter((target) => !(rankOf(target) < rankOf(file)));
    expect(wrong).toEqual([]);
  });

  it.each(files)('$file imports nothing outside the package by a path, package.json excepted', ({ file, text }) => {
    expect(importsOf(file, text).filter((target) => target.startsWith('..') && target !== '../package.json')).toEqual([]);
  });

  it.each(files)(`$file has at most ${maxLines} lines`, ({ text }) => {
    expect(text.split('\n').length).toBeLessThanOrEqual(maxLines);
  });

  it('load the libraries of a run only when a command runs: help and version need none of them', () => {
    const texts = new Map(files.map(({ file, text }) => [file, text]));
    const reached = new Set<string>();
    const packages = new Set<string>();
    const walk = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const [, typeOnly, target] of (texts.get(file) ?? '').matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+'([^']+)'/gms)) {
        if (typeOnly !== undefined) continue;
        if (target!.startsWith('.')) walk(path.posix.join(path.posix.dirname(file), target!));
        else if (!target!.startsWith('node:')) packages.add(target!);
      }
    };
    walk('bin.ts');
    expect(reached.size).toBeGreaterThan(5);
    expect([...packages]).toEqual(['commander']);
  });

  it('read the process in io/ and in bin.ts only', () => {
    const readers = files.filter(({ text }) => /(?<![\w.'/-])process\.(?!execPath)\w/.test(text)).map(({ file }) => file);
    expect(readers.filter((file) => !file.startsWith('io/') && file !== 'bin.ts')).toEqual([]);
  });

  it('end the process nowhere, and set its exit code in bin.ts only', () => {
    expect(
      files.filter(({ text }) => text.includes('process.exit(') && !text.includes('Never process.exit(')).map(({ file }) => file),
    ).toEqual([]);
    expect(files.filter(({ text }) => text.includes('process.exitCode')).map(({ file }) => file)).toEqual(['bin.ts']);
  });

  it('write to an output in render/print.ts only', () => {
    const writers = files.filter(({ text }) => /\.write\(|console\./.test(text)).map(({ file }) => file);
    expect(writers.filter((file) => !file.startsWith('io/'))).toEqual(['render/print.ts']);
  });
});
