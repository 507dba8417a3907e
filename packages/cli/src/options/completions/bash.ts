import type { CommandSpec, OptionSpec } from '../command-spec.ts';
import { optionNames } from '../option-names.ts';

const agents = ['claude', 'fake', 'replay:'];

function valueWords({ choices, completes }: OptionSpec): string {
  if (choices !== undefined) return `COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$current"))`;
  if (completes === 'directory') return 'COMPREPLY=($(compgen -d -- "$current"))';
  if (completes === 'file') return 'COMPREPLY=($(compgen -f -- "$current"))';
  if (completes === 'agent') return `COMPREPLY=($(compgen -W '${agents.join(' ')}' -f -- "$current"))`;
  return 'COMPREPLY=()';
}

function commandCase({ name, options, arguments: args }: CommandSpec): string {
  const values = options
    .filter((option) => optionNames(option).takesValue)
    .map((option) => `        ${optionNames(option).all.join('|')}) ${valueWords(option)}; return ;;`);
  const words = [...options.flatMap((option) => optionNames(option).all), '--help'].join(' ');
  const choices = args.flatMap((argument) => argument.choices ?? []);
  const files = args.some((argument) => argument.completes === 'file') ? ' -f' : '';
  return [
    `    ${name})`,
    ...(values.length === 0 ? [] : ['      case "$previous" in', ...values, '      esac']),
    '      case "$current" in',
    `        -*) COMPREPLY=($(compgen -W '${words}' -- "$current")) ;;`,
    `        *) COMPREPLY=($(compgen -W '${choices.join(' ')}'${files} -- "$current")) ;;`,
    '      esac',
    '      ;;',
  ].join('\n');
}

/** A script that makes bash complete the commands. */
export function renderBashCompletions(specs: readonly CommandSpec[]): string {
  const names = [...specs.map(({ name }) => name), 'help'].join(' ');
  return `# Completions of subwire for bash. Load them with: source <(subwire completions bash)
_subwire() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [ "$word" = -- ] && return
  done
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${names} --help --version' -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${specs.map(commandCase).join('\n')}
    help) COMPREPLY=($(compgen -W '${names}' -- "$current")) ;;
  esac
}
complete -F _subwire subwire
`;
}
