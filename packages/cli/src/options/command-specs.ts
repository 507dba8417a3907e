import type { CommandSpec } from './command-spec.ts';
import { runSpec } from './specs/run.ts';

/** Every command, in the order of the help. */
export const commandSpecs: readonly CommandSpec[] = [runSpec];
