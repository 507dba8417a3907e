import type { BuildOptions, Plugin, StdinOptions } from 'esbuild';

/** Bundles a TypeScript program with our sources into one file that Node 20 runs as it is. The bundler leaves a service of its own running. */
export function bundleProgram(entry: string | StdinOptions, outfile: string, more?: BuildOptions): Promise<void>;

/** Our sources find their programs and data by where they lie; inside a bundle that has to stay their own place. */
export const ownPlaces: Plugin;
