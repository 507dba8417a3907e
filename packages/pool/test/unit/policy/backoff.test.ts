import { expect, test } from 'vitest';
import { fullJitterBackoff } from '../../../src/index.ts';
import { seeded } from '../../support/plain-workers.ts';

test.each([1, 2, 5, 8, 12])('Q14 attempt %i waits for anything up to its bound, and half of it on average', (attempt) => {
  const backoff = fullJitterBackoff({ random: seeded(attempt) });
  const bound = Math.min(30_000, 250 * 2 ** (attempt - 1));
  const draws = Array.from({ length: 10_000 }, () => backoff(attempt));
  expect(Math.max(...draws)).toBeLessThan(bound);
  expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
  expect(Math.abs(mean / (bound / 2) - 1)).toBeLessThan(0.05);
});

test('Q14 the schedule is the formula, for any attempt whatever its number', () => {
  const backoff = fullJitterBackoff({ baseMs: 100, capMs: 1_000, random: () => 0.5 });
  expect([1, 2, 3, 4, 5, 1_000].map(backoff)).toEqual([50, 100, 200, 400, 500, 500]);
});

test('Q14 waits of 16 keys that failed together are spread over the whole bound', () => {
  const random = seeded(14);
  const counts = Array.from<number>({ length: 10 }).fill(0);
  for (let round = 0; round < 500; round += 1) {
    for (let key = 0; key < 16; key += 1) {
      const cell = Math.floor(fullJitterBackoff({ random })(4) / 200);
      counts[cell] = counts[cell]! + 1;
    }
  }
  const expected = (500 * 16) / counts.length;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // The 99th percentile with nine degrees of freedom.
  expect(chiSquare).toBeLessThan(21.67);
});
