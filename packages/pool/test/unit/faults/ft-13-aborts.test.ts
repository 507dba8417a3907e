import { getEventListeners } from 'node:events';
import { delay, of, type Subscription } from 'rxjs';
import { expect, test } from 'vitest';
import { createPool } from '../../../src/index.ts';
import { plainFactory, seeded } from '../../support/plain-workers.ts';

test('FT-13 1,000 aborts at random points: each call settles, nothing comes late, no listener and no lease is left', async () => {
  const random = seeded(13);
  const factory = plainFactory({ onCreate: () => new Promise((resolve) => setTimeout(resolve, random() * 4)), validate: async () => true });
  const pool = createPool(factory, { size: 8, maxUses: 3 });
  let late = 0;
  let settled = 0;
  const listeners: AbortSignal[] = [];
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      const abort = new AbortController();
      listeners.push(abort.signal);
      let isOver = false;
      const finish = (): void => {
        isOver = true;
        settled += 1;
        resolve();
      };
      const work: Subscription = pool
        .use(() => of(1, 2, 3).pipe(delay(random() * 6)), { signal: abort.signal })
        .subscribe({
          next: () => (late += isOver || abort.signal.aborted ? 1 : 0),
          error: finish,
          complete: finish,
        });
      setTimeout(() => {
        if (random() < 0.5) abort.abort(new Error('stop'));
        else {
          work.unsubscribe();
          if (!isOver) finish();
        }
      }, random() * 10);
    });
  for (let batch = 0; batch < 20; batch += 1) await Promise.all(Array.from({ length: 50 }, one));
  expect(settled).toBe(1_000);
  expect(late).toBe(0);
  expect(listeners.flatMap((signal) => getEventListeners(signal, 'abort'))).toHaveLength(0);
  await pool.close();
  expect(pool.stats).toMatchObject({ leased: 0, waiting: 0 });
  expect(factory.made.length).toBe(factory.destroyed.length);
});

test('FT-13 control: work that is not told of the abort goes on after it', async () => {
  const random = seeded(13);
  const pool = createPool(plainFactory(), { size: 8 });
  let late = 0;
  const one = async (): Promise<void> => {
    const abort = new AbortController();
    const lease = await pool.acquire({ signal: abort.signal });
    const done = new Promise<void>((resolve) => {
      of(1, 2, 3)
        .pipe(delay(random() * 6))
        .subscribe({ next: () => (late += abort.signal.aborted ? 1 : 0), complete: resolve });
    });
    setTimeout(() => abort.abort(new Error('stop')), random() * 3);
    await done;
    await lease.release();
  };
  await Promise.all(Array.from({ length: 100 }, () => one().catch(() => {})));
  expect(late).toBeGreaterThan(0);
  await pool.close();
});
