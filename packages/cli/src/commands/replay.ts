import type { ExitCode } from '../io/exit-codes.ts';
import type { Io } from '../io/io.ts';
import type { CommandInput } from '../options/command-spec.ts';
import { readSteps } from '../options/transcript-steps.ts';

/** Becomes a recorded agent, on our own stdin and stdout. */
export async function replay(io: Io, { args, options, afterDashes = [] }: CommandInput): Promise<ExitCode> {
  const { fakeCli } = await import('@subwire/testing');
  const steps = await readSteps(args[0] ?? '', io.cwd, { keepTiming: options['timing'] === true });
  const { command, env } = fakeCli(steps);
  return io.runInPlace({ command: [...command, ...afterDashes], env });
}
