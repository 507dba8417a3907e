import type { CommandSpec } from '../command-spec.ts';

export const doctorSpec: CommandSpec = {
  name: 'doctor',
  summary: 'look at everything that an agent needs, and say what is wrong',
  description:
    'Looks at Node, the limits of the machine, what of the environment an agent sees, where its credential comes from (never what it is), where the CLI is and why other places were passed over, its version, and how long it takes to become ready. Sends no prompt. Ends with 0, with 3 when the CLI is missing, or with 1 for another problem.',
  arguments: [],
  options: [
    {
      flags: '-a, --agent <agent>',
      summary: 'the agent to look at: claude, fake, or the path of a program',
      defaultValue: 'claude',
      completes: 'agent',
    },
    { flags: '--no-start', summary: 'start no agent, which leaves out the time that it takes to become ready' },
    { flags: '--json', summary: 'the report as one JSON object' },
  ],
  examples: [
    { command: 'subwire doctor --agent fake', shows: 'everything but Claude Code' },
    { command: 'subwire doctor --agent fake --no-start --json', shows: 'the same for a program' },
  ],
};
