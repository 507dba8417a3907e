import { UsageError } from './usage-error.ts';

/**
 * A whole number of at least `least`; undefined when the option was not given.
 * @throws UsageError
 */
export function parseCount(option: string, text: string | undefined, least = 1): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new UsageError(`${option} does not take '${text}'. Give a whole number ${least === 0 ? 'of 0 or more' : 'above 0'}.`);
}

/**
 * US dollars above 0; undefined when the option was not given.
 * @throws UsageError
 */
export function parseDollars(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\$?\d+(?:\.\d+)?$/.test(text) ? Number(text.replace('$', '')) : 0;
  if (value > 0) return value;
  throw new UsageError(`${option} does not take '${text}'. Give an amount of US dollars above 0, such as 2.50.`);
}
