import { ConfigError } from '../errors/config-error.ts';

/** What is handed to the operating system when a process is started. */
export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The machine that it is started on. */
export interface CommandLineLimits {
  readonly platform: NodeJS.Platform;
  /** The soft limit on the size of the stack, in bytes, of which Linux gives a quarter to arguments and environment; Infinity for none. */
  readonly stackBytes: number;
}

const pointerBytes = 8;
/** `MAX_ARG_STRLEN`: 32 pages, the final NUL among them. */
const linuxStringBytes = 128 * 1024 - 1;
const linuxLeastBytes = 128 * 1024;
/** Three quarters of the default stack. */
const linuxMostBytes = 6 * 1024 * 1024;
const macBytes = 1024 * 1024;
/** `CreateProcess` counts characters, the final NUL among them. */
const windowsCharacters = 32_767 - 1;
/** The name of the program once more, and what the kernel aligns. */
const slackBytes = 4096;

const bytesOf = (text: string): number => Buffer.byteLength(text);

/** Says which argument it is, but never more of it than the name of its flag. */
function nameOf(arg: string, index: number): string {
  const flag = /^--?[\w-]+/.exec(arg)?.[0];
  return `Argument ${index + 1}${flag === undefined ? '' : ` (${flag})`}`;
}

function fail(option: 'args' | 'env', what: string): never {
  const advice =
    option === 'args'
      ? 'Give long values through fileArgs, prompts through stdin, and system prompts through the options of a session.'
      : 'Pass on fewer variables with inheritEnv, or put long values into files.';
  throw new ConfigError({ code: 'INVALID_OPTION', option, message: `${what}, and the process could not be started. ${advice}` });
}

/** A word as it stands in a command line of Windows: in quotes where it has to be, with backslashes doubled before a quote. */
function quotedLength(word: string): number {
  if (word !== '' && !/[\s"]/.test(word)) return word.length;
  const quotes = word.match(/\\*"/g) ?? [];
  const doubled = quotes.reduce((sum, run) => sum + run.length, 0) + (/\\+$/.exec(word)?.[0].length ?? 0);
  return word.length + 2 + doubled;
}

function checkWindows({ file, args, env }: CommandLine): void {
  const length = [file, ...args].reduce((sum, word) => sum + quotedLength(word) + 1, -1);
  if (length > windowsCharacters) fail('args', `The command line has ${length} characters, and Windows takes ${windowsCharacters}`);
  for (const [name, value] of Object.entries(env)) {
    if (value.length > windowsCharacters)
      fail('env', `The variable ${name} has ${value.length} characters, and Windows takes ${windowsCharacters}`);
  }
}

function checkStrings({ args, env }: CommandLine): void {
  for (const [index, arg] of args.entries()) {
    const bytes = bytesOf(arg);
    if (bytes > linuxStringBytes) fail('args', `${nameOf(arg, index)} has ${bytes} bytes, and Linux takes ${linuxStringBytes} in each`);
  }
  for (const [name, value] of Object.entries(env)) {
    const bytes = bytesOf(name) + 1 + bytesOf(value);
    if (bytes > linuxStringBytes) fail('env', `The variable ${name} has ${bytes} bytes, and Linux takes ${linuxStringBytes} in each`);
  }
}

/**
 * Refuses what the operating system would refuse with `E2BIG` or `ENAMETOOLONG`, which name nothing.
 * @throws ConfigError `INVALID_OPTION` that names the argument or variable, never its value
 */
export function checkCommandLine(line: CommandLine, { platform, stackBytes }: CommandLineLimits): void {
  if (platform === 'win32') {
    checkWindows(line);
    return;
  }
  if (platform === 'linux') checkStrings(line);
  const sizeOf = (strings: readonly string[]): number => strings.reduce((sum, text) => sum + bytesOf(text) + 1 + pointerBytes, 0);
  const argBytes = sizeOf([line.file, ...line.args]);
  const envBytes = sizeOf(Object.entries(line.env).map(([name, value]) => `${name}=${value}`));
  const limit = platform === 'linux' ? Math.max(linuxLeastBytes, Math.min(stackBytes / 4, linuxMostBytes)) : macBytes;
  if (argBytes + envBytes + slackBytes <= limit) return;
  const what = `Arguments (${argBytes} bytes) and environment (${envBytes} bytes) are more than the ${limit} bytes that this system takes`;
  fail(argBytes >= envBytes ? 'args' : 'env', what);
}
