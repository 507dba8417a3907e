import type { CommandSpec } from '../command-spec.ts';
import { agentOptions, jsonOption, outputOption, promptFileOption, timeoutOption } from '../common-options.ts';

export const runSpec: CommandSpec = {
  name: 'run',
  summary: 'send one prompt and stream the answer',
  description:
    'Sends one prompt to an agent and streams its answer to stdout. Tool calls and a last line with cost, tokens and time go to stderr. Ctrl-C once interrupts the turn, twice ends the agent and everything that it started.',
  arguments: [{ name: '[prompt]', summary: 'the prompt; - or nothing reads it from stdin' }],
  options: [
    ...agentOptions,
    outputOption,
    { ...jsonOption, summary: 'the same as --output json' },
    { flags: '--partial', summary: 'with --output stream-json: pieces of messages as they are written, too' },
    timeoutOption,
    promptFileOption,
  ],
  examples: [
    { command: 'subwire run --agent fake "hello"', shows: 'an answer without anything installed' },
    { command: 'echo hello | subwire run --agent fake', shows: 'the prompt from a pipe' },
    { command: 'subwire run --agent fake --quiet --output json "hello"', shows: 'the result for a program' },
    { command: 'subwire run --agent fake --timeout 5m "hello" -- --effort=high', shows: 'a time limit, and a flag for the agent itself' },
  ],
  afterDashes: 'arguments for the agent itself',
};
