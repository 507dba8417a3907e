import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkLayers } from '../../../../scripts/check-layers.ts';

const source = fileURLToPath(new URL('../../src/', import.meta.url));

async function sourceFiles(): Promise<readonly string[]> {
  const names = await readdir(source, { recursive: true });
  return names.filter((name) => name.endsWith('.ts')).map((name) => name.replaceAll(path.sep, '/'));
}

describe('the sources of the command', async () => {
  const files = await Promise.all(
    (await sourceFiles()).map(async (file) => ({ file, text: await readFile(path.join(source, file), 'utf8') })),
  );

  it('are found', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it('import their own folder or lower ones only, no file is longer than 250 lines, and each folder knows its own libraries only', () => {
    const node = [
      'node:child_process',
      'node:fs',
      'node:fs/promises',
      'node:os',
      'node:readline',
      'node:stream',
      'node:stream/promises',
      'node:tty',
    ];
    const outside = {
      '*': ['commander'],
      io: [...node, '@clack/prompts', 'log-update', 'pidtree', 'pidusage', 'type:@subwire/core'],
      options: [
        ...['node:crypto', 'node:fs', 'node:fs/promises', 'node:path', 'csv-parse/sync', 'yaml', '@subwire/testing'],
        ...['type:@subwire/core', 'type:@subwire/pool'],
      ],
      render: [
        'node:util',
        'rxjs',
        '@subwire/core',
        '@subwire/core/operators',
        'cli-table3',
        'cli-truncate',
        'string-width',
        'type:@subwire/pool',
      ],
      commands: ['node:fs/promises', 'node:path', 'rxjs', '@subwire/core', '@subwire/pool', '@subwire/testing'],
    };
    expect(checkLayers('cli', { outside })).toEqual([]);
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
