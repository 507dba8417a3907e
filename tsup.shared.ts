import type { Options } from 'tsup';

/** What every package's build has in common: ESM, declarations, source maps, one folder. */
export const shared = {
  format: ['esm'],
  target: 'node20.19',
  platform: 'node',
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: true,
  treeshake: false,
  removeNodeProtocol: false,
} satisfies Options;
