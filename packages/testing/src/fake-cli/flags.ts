/** Flags of the real CLI that take a value. */
const withValue = new Set([
  'output-format',
  'input-format',
  'system-prompt',
  'system-prompt-file',
  'append-system-prompt',
  'append-system-prompt-file',
  'max-turns',
  'max-budget-usd',
  'task-budget',
  'model',
  'fallback-model',
  'permission-prompt-tool',
  'permission-prompts',
  'permission-mode',
  'session-id',
  'settings',
  'managed-settings',
  'resume-session-at',
  'resume-drops-turn',
  'setting-sources',
  'plugin-dir',
  'max-thinking-tokens',
  'thinking',
  'thinking-display',
  'effort',
  'json-schema',
  'agents',
  'agent',
  'debug-file',
  'project-config-root',
  'name',
  'prefill',
  'scenario',
]);

/** Flags that take every word up to the next flag. */
const withValues = new Set([
  'allowedTools',
  'allowed-tools',
  'disallowedTools',
  'disallowed-tools',
  'tools',
  'add-dir',
  'mcp-config',
  'betas',
  'file',
]);

/** Flags whose value may be missing. */
const withOptionalValue = new Set(['resume', 'debug', 'worktree']);

const bare = new Set([
  'print',
  'verbose',
  'continue',
  'include-partial-messages',
  'include-hook-events',
  'strict-mcp-config',
  'fork-session',
  'session-mirror',
  'replay-user-messages',
  'dangerously-skip-permissions',
  'allow-dangerously-skip-permissions',
  'await-initialize',
  'await-claim',
  'no-session-persistence',
  'bare',
  'ide',
  'mcp-debug',
  'version',
  'help',
  'disable-slash-commands',
  'chrome',
  'no-chrome',
  'debug-to-stderr',
]);

const short: Readonly<Record<string, string>> = {
  p: 'print',
  v: 'version',
  h: 'help',
  c: 'continue',
  r: 'resume',
  d: 'debug',
  n: 'name',
  w: 'worktree',
};

/** The arguments of a start, as the real CLI understands them. */
export interface Flags {
  has(name: string): boolean;
  /** The last value given. */
  value(name: string): string | undefined;
  /** Every value given, as it was written. */
  rawValues(name: string): readonly string[];
  /** Every value given, lists split at commas. */
  values(name: string): readonly string[];
  /** The prompt, when it was given as an argument. */
  readonly prompt: string | undefined;
  /** What the real CLI would say on stderr before it exits with code 1. */
  readonly problem: string | undefined;
}

export function parseFlags(argv: readonly string[]): Flags {
  const found = new Map<string, string[]>();
  let prompt: string | undefined;
  let problem: string | undefined;
  const isFlag = (word: string | undefined): boolean => word === undefined || (word.startsWith('-') && word !== '-');
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (!isFlag(word)) {
      prompt ??= word;
      continue;
    }
    const equals = word.indexOf('=');
    const typed = equals === -1 ? word : word.slice(0, equals);
    const name = typed.startsWith('--') ? typed.slice(2) : (short[typed.slice(1)] ?? typed);
    const values = found.get(name) ?? [];
    found.set(name, values);
    const next = argv[index + 1];
    if (![withValue, withValues, withOptionalValue, bare].some((names) => names.has(name))) problem ??= `error: unknown option '${typed}'`;
    else if (equals !== -1) values.push(word.slice(equals + 1));
    else if (withValues.has(name)) {
      while (!isFlag(argv[index + 1])) values.push(argv[(index += 1)] ?? '');
    } else if (withOptionalValue.has(name)) {
      if (!isFlag(next)) values.push(argv[(index += 1)] ?? '');
    } else if (withValue.has(name)) {
      if (next === undefined) problem ??= `error: option '--${name} <value>' argument missing`;
      else values.push(argv[(index += 1)] ?? '');
    }
  }
  return {
    has: (name) => found.has(name),
    value: (name) => found.get(name)?.at(-1),
    rawValues: (name) => found.get(name) ?? [],
    values: (name) => (found.get(name) ?? []).flatMap((value) => value.split(',')).map((value) => value.trim()),
    prompt,
    problem: problem ?? formatProblem(found),
  };
}

/** The combinations of formats that the real CLI refuses. */
function formatProblem(found: ReadonlyMap<string, readonly string[]>): string | undefined {
  const output = found.get('output-format')?.at(-1);
  if (output === 'stream-json' && found.has('print') && !found.has('verbose'))
    return 'Error: When using --print, --output-format=stream-json requires --verbose';
  if (found.get('input-format')?.at(-1) === 'stream-json' && output !== 'stream-json')
    return 'Error: --input-format=stream-json requires output-format=stream-json.';
  return undefined;
}
