import type { CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { type ExitCode, exitCodes } from './io/exit-codes.ts';
import type { Io } from './io/io.ts';
import type { CommandInput } from './options/command-spec.ts';
import { commandSpecs } from './options/command-specs.ts';
import { UsageError } from './options/usage-error.ts';
import { createProgram } from './program.ts';
import { printPiece } from './render/print.ts';
import { renderBrokenInstall } from './render/broken-install.ts';
import { renderUsageError } from './render/usage-error.ts';

type Run = (io: Io, input: CommandInput) => Promise<ExitCode>;

// Loaded when they are called: help and version must not wait for the libraries of a run.
const loaders: Readonly<Record<string, () => Promise<Run>>> = {
  run: async () => (await import('./commands/run.ts')).run,
  chat: async () => (await import('./commands/chat.ts')).chat,
  batch: async () => (await import('./commands/batch.ts')).batch,
  top: async () => (await import('./commands/top.ts')).top,
  completions: async () => (await import('./commands/completions.ts')).completions,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  record: async () => (await import('./commands/record.ts')).record,
  replay: async () => (await import('./commands/replay.ts')).replay,
  fake: async () => (await import('./commands/fake.ts')).fake,
};

async function execute(io: Io, name: string, input: CommandInput): Promise<ExitCode> {
  const load = loaders[name];
  if (load === undefined) throw new Error(`The command ${name} has a description and no code.`);
  return (await load())(io, input);
}

function isParserError(error: unknown): error is CommanderError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('commander.');
}

/** The exit code for an error, which is printed unless it is none. */
async function report(io: Io, error: unknown): Promise<ExitCode> {
  const err = (text: string): void => printPiece(io, { to: 'stderr', text });
  if (isParserError(error)) {
    if (error.exitCode === 0) return exitCodes.done;
    // The help that was shown because no command was given says everything already.
    if (error.code !== 'commander.help') err(renderUsageError(error.message, io.argv));
    return exitCodes.usage;
  }
  if (error instanceof UsageError) {
    err(renderUsageError(error.message, io.argv));
    return exitCodes.usage;
  }
  try {
    const [{ renderError }, { createStyle }, { exitCodeOf }] = await Promise.all([
      import('./render/error.ts'),
      import('./render/style.ts'),
      import('./commands/shared/exit-code-of.ts'),
    ]);
    err(renderError(error, createStyle(io.stderr)));
    return exitCodeOf(error);
  } catch {
    // The libraries cannot be loaded, which is what the error says.
    err(renderBrokenInstall(error));
    return exitCodes.failed;
  }
}

/** Runs the command line and resolves with the exit code. Prints every error, throws none. */
export async function main(io: Io): Promise<ExitCode> {
  const dashes = io.argv.indexOf('--');
  const own = dashes === -1 ? io.argv : io.argv.slice(0, dashes);
  const afterDashes = dashes === -1 ? undefined : io.argv.slice(dashes + 1);
  let exitCode: ExitCode = exitCodes.done;
  const program = createProgram({
    version: packageJson.version,
    specs: commandSpecs,
    afterDashes,
    out: (text) => printPiece(io, { to: 'stdout', text }),
    err: (text) => printPiece(io, { to: 'stderr', text }),
    columns: io.stdout.columns,
    execute: async (spec, input) => {
      if (afterDashes !== undefined && spec.afterDashes === undefined)
        throw new UsageError(`subwire ${spec.name} takes nothing after --. Leave the two dashes out.`);
      return (exitCode = await execute(io, spec.name, input));
    },
  });
  try {
    await program.parseAsync([...own], { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(io, error);
  }
}
