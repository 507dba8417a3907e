import { resolve } from 'node:path';
import { locateCli, type Spawner } from '@subwire/core';
import type { ExitCode } from '../io/exit-codes.ts';
import type { Io } from '../io/io.ts';
import type { CommandInput } from '../options/command-spec.ts';
import { optionalText } from '../options/read-option.ts';
import { redactionOf, type RedactWord } from '../options/redact-option.ts';
import { readRunSettings } from '../options/run-settings.ts';
import { UsageError } from '../options/usage-error.ts';
import { runWith } from './run.ts';

/** Runs a prompt, or a command in our place, and writes down both directions. */
export async function record(io: Io, input: CommandInput): Promise<ExitCode> {
  const { recordTranscript } = await import('@subwire/testing');
  const [file = '', ...rest] = input.args;
  const path = resolve(io.cwd, file);
  const run = optionalText(input.options, 'label') ?? 'run';
  const redact = redactionOf((optionalText(input.options, 'redact') ?? 'secrets') as RedactWord);
  const recording = { path, run, redact };

  if (input.afterDashes !== undefined) {
    if (rest.length > 0) throw new UsageError('A prompt and a command after -- exclude each other. Give the one or the other.');
    const [command, ...args] = input.afterDashes;
    if (command === undefined) throw new UsageError('There is no command after --. Give the one that is to be recorded.');
    const { path: program } = await locateCli({ path: command });
    return io.runThrough({ command: [program, ...args] }, (spawner) => recordTranscript({ ...recording, spawner }));
  }
  const settings = await readRunSettings({ ...input, args: rest }, io);
  const wrapSpawner = (spawner: Spawner): Spawner => recordTranscript({ ...recording, spawner });
  return runWith(io, { ...settings, session: { ...settings.session, wrapSpawner } });
}
