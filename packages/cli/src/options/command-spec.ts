/** One option of a command. */
export interface OptionSpec {
  /** In commander's notation: `-m, --model <name>`. */
  readonly flags: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** The only values that are allowed. */
  readonly choices?: readonly string[];
  /** What completions offer for the value besides the choices. */
  readonly completes?: 'file' | 'directory' | 'agent';
  /** The value without the option. */
  readonly defaultValue?: string;
  /** What holds without the option, where that is decided elsewhere; for people. */
  readonly defaultText?: string;
}

/** One positional argument of a command. */
export interface ArgumentSpec {
  /** In commander's notation: `<file>`, `[prompt]`, `[words...]`. */
  readonly name: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  readonly completes?: 'file';
}

/** An example for the help. The tests run every one of them. */
export interface ExampleSpec {
  /** A line for a POSIX shell. */
  readonly command: string;
  /** What it does, in a few words. */
  readonly shows: string;
}

/** Everything there is to say about a command. The parser, the help, the completions and the documentation are made from it. */
export interface CommandSpec {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** A paragraph for the command's own help. */
  readonly description: string;
  readonly arguments: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly ExampleSpec[];
  /** The name of a screen of it for the documentation. */
  readonly capture?: string;
  /** What the words after `--` are for; undefined when the command takes none. */
  readonly afterDashes?: string;
}

/** What the parser hands to a command. */
export interface CommandInput {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** The words after `--`; undefined when there was no `--`. */
  readonly afterDashes: readonly string[] | undefined;
}
