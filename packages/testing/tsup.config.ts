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
});
