import type { CommandSpec } from '../command-spec.ts';

export const completionsSpec: CommandSpec = {
  name: 'completions',
  summary: 'print a script that makes a shell complete these commands',
  description:
    'Prints a script for bash, zsh or fish. Load it when the shell starts, for bash with the line: source <(subwire completions bash).',
  arguments: [{ name: '<shell>', summary: 'the shell', choices: ['bash', 'zsh', 'fish'] }],
  options: [],
  examples: [{ command: 'source /dev/stdin <<< "$(subwire completions bash)"', shows: 'completions in this bash' }],
};
