import type { CommandSpec } from './command-spec.ts';

const exits: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'done; also when the reader of stdout has had enough'],
  ['1', 'failed, or the time was over'],
  ['2', 'the command line or an option is wrong'],
  ['3', "the agent's program is missing, not executable or too old"],
  ['4', 'the agent itself reported an error'],
  ['129, 130, 143', 'hung up, interrupted, terminated'],
];

const variables: readonly (readonly [name: string, meaning: string])[] = [
  ['NO_COLOR', 'no colours'],
  ['FORCE_COLOR', 'colours in pipes as well; `0` for none anywhere'],
  ['SUBWIRE_DEBUG', '`1`: as `--debug`'],
  ['SUBWIRE_POOLS', 'the folder in which `batch` and programs can be found by `top`, for this user alone'],
  ['SUBWIRE_HISTORY', 'the file in which `chat` keeps its lines; empty for none'],
];

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

/** Screens by name. */
export type Captures = ReadonlyMap<string, string>;

function section(
  { name, description, arguments: args, options, examples, afterDashes, capture }: CommandSpec,
  captures: Captures,
): readonly string[] {
  const screen = capture === undefined ? undefined : captures.get(capture);
  const words = ['subwire', name, '[options]', ...args.map((argument) => argument.name), ...(afterDashes === undefined ? [] : ['[-- …]'])];
  return [
    `## subwire ${name}`,
    '',
    '```text',
    words.join(' '),
    '```',
    '',
    description,
    '',
    ...(screen === undefined ? [] : ['```text', screen.trimEnd(), '```', '']),
    ...table(
      ['argument', 'means'],
      [
        ...args.map((argument) => [`\`${argument.name}\``, argument.summary] as const),
        ...(afterDashes === undefined ? [] : [['`-- …`', afterDashes] as const]),
      ],
    ),
    ...table(
      ['option', 'means', 'values'],
      options.map(({ flags, summary, choices, defaultValue, defaultText = defaultValue }) => {
        const values = choices?.map((choice) => `\`${choice}\``).join(', ') ?? '';
        const fallback = defaultText === undefined ? '' : `${values === '' ? '' : '; '}default \`${defaultText}\``;
        return [`\`${flags}\``, summary, `${values}${fallback}`];
      }),
    ),
    ...examples.flatMap(({ command, shows }) => [`${shows.charAt(0).toUpperCase()}${shows.slice(1)}:`, '', '```sh', command, '```', '']),
  ];
}

/** The manual of the command as Markdown, from the same source as its help. */
export function renderManual(specs: readonly CommandSpec[], captures: Captures = new Map()): string {
  const lines = [
    '# The command subwire',
    '',
    'Results go to stdout, everything else to stderr. Nothing but text is written to a pipe: no escape codes, and never a cut one, however slow its reader.',
    'An error is one line that says what happened, what to do, and a code to search for.',
    '',
    ...table(
      ['command', 'does'],
      specs.map(({ name, summary }) => [`[${name}](#subwire-${name})`, summary]),
    ),
    ...specs.flatMap((spec) => section(spec, captures)),
    '## Exit codes',
    '',
    ...table(['code', 'means'], exits),
    '## Environment',
    '',
    ...table(
      ['variable', 'means'],
      variables.map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}
