import { errorCodes, type ErrorCode } from '../packages/core/src/errors/codes.ts';
import { diagnosticHelp } from './diagnostic-help.ts';
import { errorHelp, type Help, taskHelp } from './error-help.ts';

/** One class of errors as its source declares it. */
export interface ErrorClass {
  readonly name: string;
  readonly codes: readonly string[];
}

const about: Readonly<Record<string, string>> = {
  ConfigError: 'The options of the call are wrong; nothing was started.',
  LaunchError: 'The process could not be started.',
  ProtocolError: 'Bytes or frames that are not what the wire allows.',
  ClosedError: 'The call came too early or too late.',
  ExitError: 'The process ended although nobody asked it to. `stderrTail`, `exitCode`, `signal`, `phase` and `sessionId` say more.',
  ResultError: 'The agent itself reported a failure.',
  ControlError: 'A control request that was not answered with success. `subtype` is the request.',
  LimitError: 'A limit that you set was reached; `limit` is its value.',
  PoolError: 'Raised by `@subwire/pool`.',
};

const intro = `# Errors

Every failure is a \`SubwireError\` with a \`code\` that does not change between versions, a sentence that says what to do, and \`retryable\`: whether the same call may
succeed when it is made again unchanged. Match on codes, never on texts:

\`\`\`ts
import { query, SubwireError } from '@subwire/core';

query('hello', { cwd: '/no/such/directory' }).subscribe({
  error: (error: unknown) => {
    if (!SubwireError.is(error, 'CWD_NOT_FOUND')) throw error;
    console.log(error.message, error.retryable);
  },
});
\`\`\`

\`SubwireError.is\` holds across two installed copies of a package, where \`instanceof\` does not. \`toJSON()\` is safe to log: secrets are hidden in it. "again" says what
\`retryable\` is by default; a single error may know better.
`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function helpRows(help: Readonly<Record<string, Help>>): readonly (readonly string[])[] {
  return Object.entries(help).map(([code, [cause, fix]]) => [`\`${code}\``, cause, fix]);
}

function classSection({ name, codes }: ErrorClass): string {
  const rows = codes.map((code) => {
    const [cause, fix] = errorHelp[code as ErrorCode];
    return [`\`${code}\``, errorCodes[code as ErrorCode].retryable ? 'yes' : 'no', cause, fix];
  });
  return `## ${name}\n\n${about[name] ?? ''}\n\n${table(['code', 'again', 'cause', 'what to do'], rows)}\n`;
}

/** docs/errors.md, before prettier and without the links at its foot. */
export function renderErrorsPage(classes: readonly ErrorClass[]): string {
  return [
    intro,
    ...classes.map(classSection),
    `## Results of tasks\n\n\`result.error.code\` of \`runTasks\` is one of the codes above, or:\n\n${table(['code', 'cause', 'what to do'], helpRows(taskHelp))}\n`,
    '## Diagnostics\n\nWhat is odd but ends nothing is on `diagnostics$` and counted in `diagnosticCounts`; see [Diagnostics and tracing](diagnostics-and-tracing.md).\n\n' +
      `${table(['code', 'cause', 'what to do'], helpRows(diagnosticHelp))}\n`,
    '## The command\n\nAn unknown option or a missing argument of `subwire` is `USAGE`. Which code ends the command with which exit code: ' +
      '[The command](command.md#exit-codes).\n',
  ].join('\n');
}
