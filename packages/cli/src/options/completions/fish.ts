import type { CommandSpec, OptionSpec } from '../command-spec.ts';
import { optionNames } from '../option-names.ts';

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function values({ choices, completes }: OptionSpec): string {
  if (choices !== undefined) return ` -x -a ${quoted(choices.join(' '))}`;
  if (completes === 'directory') return " -x -a '(__fish_complete_directories)'";
  if (completes === 'file') return ' -r -F';
  return completes === 'agent' ? " -r -F -a 'claude fake replay:'" : ' -x';
}

function commandLines({ name, summary, options, arguments: args }: CommandSpec): readonly string[] {
  const inCommand = `complete -c subwire -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
  const choices = args.flatMap((argument) => argument.choices ?? []);
  return [
    `complete -c subwire -f -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ...(args.some((argument) => argument.completes === 'file') ? [`${inCommand} -F`] : [`${inCommand} -f`]),
    ...(choices.length === 0 ? [] : [`${inCommand} -a ${quoted(choices.join(' '))}`]),
    ...options.map((option) => {
      const { short, long, takesValue } = optionNames(option);
      const letter = short === undefined ? '' : ` -s ${short.slice(1)}`;
      return `${inCommand}${letter} -l ${long.slice(2)} -d ${quoted(option.summary)}${takesValue ? values(option) : ''}`;
    }),
  ];
}

/** A script that makes fish complete the commands. */
export function renderFishCompletions(specs: readonly CommandSpec[]): string {
  const head = '# Completions of subwire for fish. Load them with: subwire completions fish | source';
  return `${[head, ...specs.flatMap(commandLines)].join('\n')}\n`;
}
