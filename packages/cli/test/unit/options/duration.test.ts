import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/options/duration.ts';
import { UsageError } from '../../../src/options/usage-error.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['90', 90_000],
    ['90s', 90_000],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
  ])('reads %s as %d milliseconds', (text, ms) => expect(parseDuration('--timeout', text)).toBe(ms));

  it.each(['', '0', '-1', '5x', 's', '1 h', '600h', 'Infinity'])('refuses %s and names the option', (text) => {
    expect(() => parseDuration('--timeout', text)).toThrow(UsageError);
    expect(() => parseDuration('--timeout', text)).toThrow(/^--timeout does not take/);
  });
});
