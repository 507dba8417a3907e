import type { CommandSpec } from '../command-spec.ts';

export const replaySpec: CommandSpec = {
  name: 'replay',
  summary: 'be a recorded agent',
  description:
    'Plays a transcript on stdin and stdout: says what the recorded agent said, when it gets what the recorded agent got. A host that sends something else ends it with exit code 65 and the field that differs on stderr. For a run of subwire itself, use --agent replay:FILE.',
  arguments: [{ name: '<transcript>', summary: 'the file; FILE#RUN names one of several runs', completes: 'file' }],
  options: [{ flags: '--timing', summary: 'take the time that the recorded agent took' }],
  examples: [
    {
      command: 'subwire record session.ndjson --agent fake "hello" && subwire run --agent replay:session.ndjson "hello"',
      shows: 'a session, and the same once more without the agent',
    },
  ],
};
