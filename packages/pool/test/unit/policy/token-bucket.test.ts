import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refillBucket, waitForToken, type TokenBucket } from '../../../src/policy/token-bucket.ts';

test('whoever waits as long as told gets a token, and nobody gets more than rate and burst allow', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 1_000, noNaN: true }),
      fc.double({ min: 1, max: 100, noNaN: true }),
      fc.array(fc.nat({ max: 5_000 }), { maxLength: 100 }),
      (leasesPerSecond, burst, pauses) => {
        const rule = { leasesPerSecond, burst };
        let bucket: TokenBucket = { tokens: burst, atMs: 0 };
        let nowMs = 0;
        let taken = 0;
        for (const pause of pauses) {
          nowMs += pause;
          bucket = refillBucket(bucket, rule, nowMs);
          const waitMs = waitForToken(bucket, rule);
          if (waitMs > 0) {
            nowMs += waitMs;
            bucket = refillBucket(bucket, rule, nowMs);
            expect(waitForToken(bucket, rule)).toBe(0);
          }
          bucket = { ...bucket, tokens: bucket.tokens - 1 };
          taken += 1;
          expect(taken).toBeLessThanOrEqual(burst + (nowMs * leasesPerSecond) / 1_000 + 1e-6);
        }
      },
    ),
    { numRuns: 200 },
  );
});
