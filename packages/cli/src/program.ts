import { Argument, Command, Option } from 'commander';
import type { ArgumentSpec, CommandInput, CommandSpec, OptionSpec } from './options/command-spec.ts';

/** Does what a command is for. Resolves with the exit code. */
export type Execute = (spec: CommandSpec, input: CommandInput) => Promise<number>;

/** What {@link createProgram} is made from. */
export interface ProgramRequest {
  readonly version: string;
  readonly specs: readonly CommandSpec[];
  /** The words after `--`, which the parser must not see. */
  readonly afterDashes: readonly string[] | undefined;
  readonly execute: Execute;
  /** Takes what the parser prints. */
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly columns: number;
}

function toOption({ flags, summary, choices, defaultValue, defaultText }: OptionSpec): Option {
  const option = new Option(flags, defaultText === undefined ? summary : `${summary} (default: ${defaultText})`);
  if (choices !== undefined) option.choices([...choices]);
  if (defaultValue !== undefined) option.default(defaultValue);
  return option;
}

function toArgument({ name, summary, choices }: ArgumentSpec): Argument {
  const argument = new Argument(name, summary);
  return choices === undefined ? argument : argument.choices([...choices]);
}

function examplesOf({ examples }: CommandSpec): string {
  if (examples.length === 0) return '';
  return `\nExamples:\n${examples.map(({ command, shows }) => `  ${command}\n      ${shows}`).join('\n')}\n`;
}

/** The parser for all commands. It throws CommanderError instead of ending the process. */
export function createProgram({ version, specs, afterDashes, execute, out, err, columns }: ProgramRequest): Command {
  const program = new Command('subwire')
    .description('Run, watch and record agent command lines.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .exitOverride()
    .configureOutput({
      writeOut: out,
      writeErr: err,
      // main() prints what the parser throws, so that every error looks alike.
      outputError: () => undefined,
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
    });
  for (const spec of specs) {
    const command = program.command(spec.name).summary(spec.summary).description(spec.description);
    if (spec.afterDashes !== undefined) command.usage(usageOf(spec));
    for (const argument of spec.arguments) command.addArgument(toArgument(argument));
    for (const option of spec.options) command.addOption(toOption(option));
    command.addHelpText('after', examplesOf(spec));
    command.action(async () => {
      await execute(spec, { args: command.args, options: command.opts(), afterDashes });
    });
  }
  return program;
}

function usageOf({ arguments: args, afterDashes }: CommandSpec): string {
  return ['[options]', ...args.map(({ name }) => name), ...(afterDashes === undefined ? [] : [`[-- ${afterDashes}]`])].join(' ');
}
