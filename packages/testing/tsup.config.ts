import { copyFile } from 'node:fs/promises';
import { defineConfig } from 'tsup';
import { shared } from '../../tsup.shared.ts';

export default defineConfig({
  ...shared,
  entry: {
    index: 'src/index.ts',
    vitest: 'src/vitest.ts',
    arbitraries: 'src/arbitraries.ts',
    'bin/subwire-fake-cli': 'src/fake-cli/main.ts',
  },
  // Published for other languages as well: package.json names it.
  onSuccess: () => copyFile('src/scenario/scenario.schema.json', 'dist/scenario.schema.json'),
});
