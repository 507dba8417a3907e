import { resolve } from 'node:path';
import type { ExitCode } from '../io/exit-codes.ts';
import type { Io } from '../io/io.ts';
import type { CommandInput } from '../options/command-spec.ts';
import { optionalText } from '../options/read-option.ts';

/** Becomes the fake CLI, on our own stdin and stdout. */
export async function fake(io: Io, { options, afterDashes = [] }: CommandInput): Promise<ExitCode> {
  const { fakeCli } = await import('@subwire/testing');
  const { command, env } = fakeCli();
  const scenario = optionalText(options, 'scenario');
  const args = scenario === undefined ? [] : ['--scenario', resolve(io.cwd, scenario)];
  return io.runInPlace({ command: [...command, ...args, ...afterDashes], env });
}
