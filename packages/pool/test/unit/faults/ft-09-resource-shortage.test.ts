import { expect, test } from 'vitest';
import { createPool } from '../../../src/index.ts';
import { plainFactory, seeded } from '../../support/plain-workers.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

async function starve(code: string): Promise<{ readonly served: number; readonly attempts: number; readonly tookMs: number }> {
  const clock = virtualClock();
  let attempts = 0;
  const factory = plainFactory({
    onCreate() {
      if (clock.nowMs() >= 2_000) return undefined;
      attempts += 1;
      return Promise.reject(Object.assign(new Error('spawn failed'), { code }));
    },
  });
  const pool = createPool(factory, { clock, random: seeded(9), size: 4 });
  let served = 0;
  let lastAtMs = 0;
  const calls = Array.from({ length: 100 }, () =>
    pool.acquire().then(
      async (lease) => {
        served += 1;
        lastAtMs = clock.nowMs();
        await lease.release();
      },
      () => {},
    ),
  );
  await clock.advance(20_000);
  await Promise.all(calls);
  await Promise.all([pool.close(), clock.advance(5_000)]);
  return { served, attempts, tookMs: lastAtMs };
}

test.each(['EMFILE', 'ENOMEM', 'EAGAIN'])(
  'FT-09 %s for 2 s: nobody is rejected, all are served within 4 s, after at most 10 attempts',
  async (code) => {
    const { served, attempts, tookMs } = await starve(code);
    expect(served).toBe(100);
    expect(attempts).toBeLessThanOrEqual(10);
    expect(tookMs).toBeLessThanOrEqual(4_000);
  },
);

test('FT-09 control: the same failure under a name that means nothing is charged to the worker, and everybody is rejected', async () => {
  expect((await starve('EWHATEVER')).served).toBe(0);
});
