import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export async function bundleProgram(entry, outfile, more = {}) {
  await build({
    ...(typeof entry === 'string' ? { entryPoints: [entry] } : { stdin: entry }),
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: ['@subwire/source'],
    // commander and its like are CommonJS inside; a bundle of them needs a `require` to exist.
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    logLevel: 'error',
    ...more,
  });
}

export const ownPlaces = {
  name: 'own-places',
  setup(setup) {
    setup.onLoad({ filter: /[\\/](?:packages[\\/][^\\/]+[\\/]src|scripts)[\\/].*\.[cm]?[jt]s$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8');
      // Not where a script writes it into the banner of a program.
      const contents = text.replaceAll(/(?<!__createRequire\()import\.meta\.url/g, JSON.stringify(pathToFileURL(file).href));
      return { contents, loader: file.endsWith('ts') ? 'ts' : 'js' };
    });
  },
};
