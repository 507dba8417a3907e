import type { Io } from '../io/io.ts';
import type { CommandInput } from './command-spec.ts';
import { parseCount } from './count.ts';
import { parseDuration } from './duration.ts';
import { optionalText } from './read-option.ts';

/** What `subwire top` was asked to do. */
export interface TopSettings {
  readonly pid: number | undefined;
  readonly once: boolean;
  readonly json: boolean;
  readonly intervalMs: number;
}

const defaultIntervalMs = 1_000;

/** @throws UsageError */
export function readTopSettings({ options }: CommandInput, io: Pick<Io, 'stdout'>): TopSettings {
  const interval = optionalText(options, 'interval');
  const json = options['json'] === true;
  return {
    pid: parseCount('--pid', optionalText(options, 'pid')),
    json,
    once: options['once'] === true || (!json && !io.stdout.isTerminal),
    intervalMs: interval === undefined ? defaultIntervalMs : parseDuration('--interval', interval),
  };
}
