import { describe, expect, it } from 'vitest';
import { parseSize } from '../../../src/options/size.ts';

describe('parseSize', () => {
  it.each([
    ['1000', 1000],
    ['900m', 900 * 1024 ** 2],
    ['2g', 2 * 1024 ** 3],
    ['2GB', 2 * 1024 ** 3],
    ['1.5GiB', 1.5 * 1024 ** 3],
    ['5b', 5],
  ])('reads %s as %d bytes', (text, bytes) => expect(parseSize('--max-rss', text)).toBe(bytes));

  it.each(['', '0', '-1g', '2t', 'm', '1 000'])('refuses %j', (text) =>
    expect(() => parseSize('--max-rss', text)).toThrow(/^--max-rss does not take/),
  );
});
