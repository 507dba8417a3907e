import type { OptionSpec } from './command-spec.ts';

/** Options that every command with an agent has. */
export const agentOptions: readonly OptionSpec[] = [
  {
    flags: '-a, --agent <agent>',
    summary: 'who answers: claude, fake (needs nothing installed), replay:FILE, or the path of a program',
    defaultValue: 'claude',
    completes: 'agent',
  },
  { flags: '-m, --model <name>', summary: 'model to use' },
  { flags: '-C, --cwd <directory>', summary: 'directory in which the agent works', completes: 'directory' },
  {
    flags: '--permission-mode <mode>',
    summary: 'how tool calls are treated',
    choices: ['default', 'acceptEdits', 'plan', 'dontAsk', 'auto', 'bypassPermissions'],
  },
  { flags: '--allowed-tools <list>', summary: "tools that may run without a question, such as 'Read,Bash(git:*)'" },
  { flags: '--disallowed-tools <list>', summary: 'tools that may not run' },
  { flags: '--append-system-prompt <text>', summary: "text to add to the agent's own instructions" },
  { flags: '--max-turns <count>', summary: 'API calls for each prompt at most' },
  { flags: '--max-rss <size>', summary: 'end the agent when it and what it started take more memory than this: 900m, 2g' },
  { flags: '-r, --resume <session>', summary: 'go on with the conversation of this id' },
  { flags: '-c, --continue', summary: 'go on with the last conversation of the directory' },
  { flags: '-q, --quiet', summary: 'nothing on stderr but errors' },
  { flags: '--debug', summary: 'every line sent and received, credentials removed, on stderr; also SUBWIRE_DEBUG=1' },
];

/** How a run shows its answer. */
export const outputOption: OptionSpec = {
  flags: '-o, --output <format>',
  summary: 'the text as it comes, the result as one JSON object, or each message as a line of JSON',
  choices: ['text', 'json', 'stream-json'],
  defaultText: 'text',
};

export const timeoutOption: OptionSpec = {
  flags: '-t, --timeout <time>',
  summary: 'end the run after this time: 90s, 5m, 1h; a bare number is seconds',
};

export const promptFileOption: OptionSpec = { flags: '-f, --file <path>', summary: 'read the prompt from a file', completes: 'file' };

/** For programs that read what comes out. */
export const jsonOption: OptionSpec = { flags: '--json', summary: 'what goes to stdout is JSON' };

/** The options but those with these long names. */
export function omit(options: readonly OptionSpec[], names: readonly string[]): readonly OptionSpec[] {
  return options.filter(({ flags }) => !names.some((name) => flags.split(/[\s,]+/).includes(name)));
}
