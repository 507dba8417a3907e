import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import { expect, it } from 'vitest';
import { commandSpecs } from '../../../src/options/command-specs.ts';
import { renderManual } from '../../../src/options/manual.ts';

const manual = fileURLToPath(new URL('../../../../../docs/command.md', import.meta.url));
const captures = fileURLToPath(new URL('../../../../../docs/captures/', import.meta.url));

it('docs/command.md is what the commands say of themselves', async () => {
  const config = await prettier.resolveConfig(manual);
  const names = await readdir(captures);
  const screens = await Promise.all(names.map(async (name) => [name, await readFile(path.join(captures, name), 'utf8')] as const));
  expect(names.sort()).toEqual(commandSpecs.flatMap(({ capture }) => capture ?? []).sort());
  const wanted = await prettier.format(renderManual(commandSpecs, new Map(screens)), { ...config, parser: 'markdown' });
  const page = await readFile(manual, 'utf8');
  // The links to the pages beside it stand in no command; the test of the docs holds them to the order of the pages.
  const foot = /\n(?:Previous|Next): .*\n$/.exec(page)?.[0] ?? '';
  if (process.env['UPDATE_MANUAL'] === '1') await writeFile(manual, wanted + foot);
  expect(await readFile(manual, 'utf8'), 'run this test with UPDATE_MANUAL=1 to write it anew').toBe(wanted + foot);
});
