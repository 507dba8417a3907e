import type { CommandSpec } from '../command-spec.ts';
import { agentOptions, jsonOption } from '../common-options.ts';

export const chatSpec: CommandSpec = {
  name: 'chat',
  summary: 'talk with an agent, turn by turn',
  description:
    'Takes prompts line by line and answers each in one conversation. A line that ends in a backslash goes on in the next one; three double quotes open and close a text of several lines. /help lists what can be typed besides. Ctrl-C once interrupts the turn, twice ends the agent; at the prompt it clears the line, and ends an empty one. From a pipe, each line is a turn.',
  arguments: [],
  options: [
    ...agentOptions,
    { flags: '-t, --timeout <time>', summary: 'end the chat when a turn takes longer than this: 90s, 5m, 1h; a bare number is seconds' },
    { ...jsonOption, summary: "each turn's result as a line of JSON on stdout, instead of its text" },
  ],
  examples: [
    { command: "printf 'hello\\nhow are you?\\n' | subwire chat --agent fake", shows: 'two turns of one conversation' },
    {
      command: "printf '/model fast\\nhello\\n/quit\\n' | subwire chat --agent fake --quiet",
      shows: 'another model for the turns that follow',
    },
  ],
  afterDashes: 'arguments for the agent itself',
};
