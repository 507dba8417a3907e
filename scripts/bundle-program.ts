import { build, type BuildOptions } from 'esbuild';

/** Bundles a TypeScript program with our sources into one file that Node 20 runs as it is. The bundler leaves a service of its own running. */
export async function bundleProgram(entry: string, outfile: string, more: BuildOptions = {}): Promise<void> {
  await build({
    entryPoints: [entry],
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
