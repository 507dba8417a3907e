import { type ExitCode, exitCodes } from '../io/exit-codes.ts';
import type { Io } from '../io/io.ts';
import type { CommandInput } from '../options/command-spec.ts';
import { commandSpecs } from '../options/command-specs.ts';
import { renderBashCompletions } from '../options/completions/bash.ts';
import { renderFishCompletions } from '../options/completions/fish.ts';
import { renderZshCompletions } from '../options/completions/zsh.ts';
import { printPiece } from '../render/print.ts';

const renderers = { bash: renderBashCompletions, zsh: renderZshCompletions, fish: renderFishCompletions } as const;

/** Prints the script for a shell. */
export function completions(io: Io, { args }: CommandInput): Promise<ExitCode> {
  const shell = args[0] as keyof typeof renderers;
  printPiece(io, { to: 'stdout', text: renderers[shell](commandSpecs) });
  return Promise.resolve(exitCodes.done);
}
