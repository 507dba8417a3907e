import type { CommandSpec } from '../command-spec.ts';
import { jsonOption } from '../common-options.ts';

export const topSpec: CommandSpec = {
  name: 'top',
  summary: 'look into a batch or a pool that runs',
  description:
    'Shows the agents of a batch, or of a pool that a program of yours has published with publishPool, anew each second: what each does, its process, memory and processor of everything that it started, turns, cost, the queue, and restarts. Only those of the same user are seen. When several run, it lists them, and --pid chooses one. q or Ctrl-C leaves; what is watched goes on.',
  capture: 'top.txt',
  arguments: [],
  options: [
    { flags: '-p, --pid <pid>', summary: 'the process of the batch or program to look into' },
    { flags: '--once', summary: 'look once; so it does when stdout is no terminal and --json is not given' },
    { flags: '-i, --interval <time>', summary: 'time between two looks', defaultText: '1s' },
    jsonOption,
  ],
  examples: [
    {
      command: `(echo '{"prompt":"hello"}'; sleep 3) | subwire batch --agent fake >results.jsonl & subwire top --once --pid $!; wait`,
      shows: 'one look into a batch',
    },
  ],
};
