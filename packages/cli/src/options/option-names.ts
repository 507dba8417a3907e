import type { OptionSpec } from './command-spec.ts';

/** The parts of an option's flags. */
export interface OptionNames {
  readonly short: string | undefined;
  readonly long: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
  /** Every spelling, the short one first. */
  readonly all: readonly string[];
}

/** Takes `-m, --model <name>` apart. */
export function optionNames({ flags }: Pick<OptionSpec, 'flags'>): OptionNames {
  const short = /(?:^|\s)(-[A-Za-z])\b/.exec(flags)?.[1];
  const long = /--[a-z-]+/.exec(flags)?.[0] ?? '';
  return { short, long, takesValue: flags.includes('<'), all: [...(short === undefined ? [] : [short]), long] };
}
