import type { ArgumentSpec, CommandSpec, OptionSpec } from '../command-spec.ts';
import { optionNames } from '../option-names.ts';

// Brackets, colons and quotes have a meaning in the words of _arguments.
function described(text: string): string {
  return text.replaceAll("'", "'\\''").replace(/[[\]:]/g, '\\$&');
}

function action({ choices, completes }: Pick<OptionSpec, 'choices' | 'completes'>): string {
  if (choices !== undefined) return `(${choices.join(' ')})`;
  if (completes === 'directory') return '_files -/';
  if (completes === 'file') return '_files';
  return completes === 'agent' ? '{_alternative "agents\\:agent\\:(claude fake replay\\:)" "files\\:program\\:_files"}' : '( )';
}

function optionWords(option: OptionSpec): readonly string[] {
  const { all, takesValue } = optionNames(option);
  const value = takesValue ? `:value:${action(option)}` : '';
  return all.map((name) => `'${name}[${described(option.summary)}]${value}'`);
}

function argumentWord({ name, summary, choices, completes }: ArgumentSpec, index: number): string {
  const optional = name.startsWith('[') ? ':' : '';
  return `'${index + 1}:${optional}${described(summary)}:${choices === undefined ? (completes === 'file' ? '_files' : '( )') : `(${choices.join(' ')})`}'`;
}

function commandCase(spec: CommandSpec): string {
  const words = [...spec.options.flatMap(optionWords), "'--help[show help]'", ...spec.arguments.map(argumentWord)];
  return `    ${spec.name}) _arguments ${words.join(' ')} ;;`;
}

/** A script that makes zsh complete the commands. */
export function renderZshCompletions(specs: readonly CommandSpec[]): string {
  const names = specs.map(({ name, summary }) => `'${name}:${described(summary)}'`).join(' ');
  return `#compdef subwire
# Completions of subwire for zsh. Load them with: source <(subwire completions zsh)
_subwire() {
  local -a commands
  commands=(${names} 'help:show help for a command')
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${specs.map(commandCase).join('\n')}
    help) _describe command commands ;;
  esac
}
compdef _subwire subwire
`;
}
