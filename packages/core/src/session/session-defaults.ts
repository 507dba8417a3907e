import { ConfigError } from '../errors/config-error.ts';
import { defaults } from '../policy/defaults.ts';
import type { ResolvedClocks, SilentState } from './clocks.ts';
import type { SessionOptions } from './options.ts';

/** Defaults of sessions, in milliseconds. */
export const sessionDefaults = Object.freeze({
  firstOutputMs: 120_000,
  silenceMs: Object.freeze({ model: 900_000, tool: 3_600_000, background: 3_600_000, human: 86_400_000 }),
  totalMs: Infinity,
  lingerMs: 10_000,
  rungMs: 2000,
});

function duration(option: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && value > 0) return value;
  throw new ConfigError({
    code: 'INVALID_OPTION',
    option,
    message: `The option ${option} must be a number of milliseconds, more than 0; Infinity for no limit.`,
  });
}

/**
 * Clocks with every default in place.
 * @throws ConfigError `INVALID_OPTION` that names the clock
 */
export function resolveClocks({ clocks = {}, initializeTimeoutMs }: SessionOptions): ResolvedClocks {
  const base = sessionDefaults;
  const silent = (state: SilentState): number => duration(`clocks.silenceMs.${state}`, clocks.silenceMs?.[state], base.silenceMs[state]);
  return {
    initMs: duration('clocks.initMs', clocks.initMs, duration('initializeTimeoutMs', initializeTimeoutMs, defaults.initializeTimeoutMs)),
    firstOutputMs: duration('clocks.firstOutputMs', clocks.firstOutputMs, base.firstOutputMs),
    silenceMs: { model: silent('model'), tool: silent('tool'), background: silent('background'), human: silent('human') },
    totalMs: duration('clocks.totalMs', clocks.totalMs, base.totalMs),
    lingerMs: duration('clocks.lingerMs', clocks.lingerMs, base.lingerMs),
  };
}
