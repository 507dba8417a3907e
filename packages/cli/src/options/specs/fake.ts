import type { CommandSpec } from '../command-spec.ts';

export const fakeSpec: CommandSpec = {
  name: 'fake',
  summary: 'be the fake agent: it speaks as Claude Code does, without a model, a key or a network',
  description:
    'Speaks the protocol of Claude Code on stdin and stdout, or prints one answer when it gets a prompt after --. A scenario, a JSON file, makes it follow a script or misbehave.',
  arguments: [],
  options: [{ flags: '-s, --scenario <path>', summary: 'what to say, and how to misbehave, as JSON', completes: 'file' }],
  examples: [
    { command: 'subwire fake -- --version', shows: 'what it claims to be' },
    { command: 'subwire fake -- -p "hello"', shows: 'one answer as plain text' },
    {
      command:
        'echo \'{"type":"user","message":{"role":"user","content":"hello"}}\' | subwire fake -- -p --input-format stream-json --output-format stream-json --verbose',
      shows: 'one turn of the protocol, to look at',
    },
  ],
  afterDashes: 'arguments as for Claude Code',
};
