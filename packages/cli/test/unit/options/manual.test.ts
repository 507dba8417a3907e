import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import { expect, it } from 'vitest';
import { commandSpecs } from '../../../src/options/command-specs.ts';
import { renderManual } from '../../../src/options/manual.ts';

const manual = fileURLToPath(new URL('../../../../../docs/command.md', import.meta.url));

it('docs/command.md is what the commands say of themselves', async () => {
  const config = await prettier.resolveConfig(manual);
  const wanted = await prettier.format(renderManual(commandSpecs), { ...config, parser: 'markdown' });
  if (process.env['UPDATE_MANUAL'] === '1') await writeFile(manual, wanted);
  expect(await readFile(manual, 'utf8'), 'run this test with UPDATE_MANUAL=1 to write it anew').toBe(wanted);
});
