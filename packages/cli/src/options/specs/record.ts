import type { CommandSpec } from '../command-spec.ts';
import { agentOptions, jsonOption, outputOption, promptFileOption, timeoutOption } from '../common-options.ts';

export const recordSpec: CommandSpec = {
  name: 'record',
  summary: 'run a prompt and keep everything that was said as a transcript',
  description:
    'With a prompt it does what run does and writes both directions of the conversation to a file. With a command after -- it runs that command in its own place and records it, so that any host can be recorded by starting this instead of the agent. Credentials and paths are taken out.',
  arguments: [
    { name: '<transcript>', summary: 'the file to write', completes: 'file' },
    { name: '[prompt]', summary: 'the prompt; - or nothing reads it from stdin' },
  ],
  options: [
    {
      flags: '--redact <what>',
      summary: 'what to take out: credentials and paths, all that was said as well, or nothing',
      choices: ['secrets', 'all', 'nothing'],
      defaultValue: 'secrets',
    },
    { flags: '--label <name>', summary: 'name of the run in the transcript', defaultValue: 'run' },
    ...agentOptions,
    outputOption,
    { ...jsonOption, summary: 'the same as --output json' },
    timeoutOption,
    promptFileOption,
  ],
  examples: [
    { command: 'subwire record session.ndjson --agent fake "hello"', shows: 'one run as a transcript' },
    {
      command:
        'echo \'{"type":"user","message":{"role":"user","content":"hello"}}\' | subwire record session.ndjson -- subwire fake -- -p --input-format stream-json --output-format stream-json --verbose',
      shows: 'a transcript of whatever a host says to an agent',
    },
  ],
  afterDashes: 'a command to record instead',
};
