import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPool } from '../../../src/index.ts';
import { plainFactory, seeded } from '../../support/plain-workers.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

/** One run under a plan of faults that follows from the seed alone. Returns a hash of everything that the pool said. */
async function run(seed: number): Promise<{ readonly hash: string; readonly events: number }> {
  const random = seeded(seed);
  const clock = virtualClock();
  const factory = plainFactory({
    onCreate: () =>
      new Promise((resolve, reject) => clock.setTimer(random() * 200, () => (random() < 0.2 ? reject(new Error('start')) : resolve()))),
    validate: async (worker) => worker.isAlive && random() > 0.05,
  });
  const pool = createPool(factory, { clock, random, size: 4, maxUses: 3, acquireTimeoutMs: 5_000 });
  const log = createHash('sha256');
  let events = 0;
  pool.events$.subscribe(({ cause: _cause, ...event }) => {
    events += 1;
    log.update(JSON.stringify(event));
  });
  for (let step = 0; step < 100; step += 1) {
    void pool.acquire({ priority: Math.floor(random() * 10) }).then(
      (lease) => void clock.setTimer(random() * 300, () => void lease.release()),
      () => {},
    );
    if (random() < 0.1) factory.alive[Math.floor(random() * factory.alive.length)]?.die();
    await clock.advance(random() * 100);
  }
  await Promise.all([pool.close(), clock.advance(20_000)]);
  return { hash: log.digest('hex'), events };
}

test('Q44: the same seed is the same run, event for event; another seed is another', async () => {
  const hashes = new Set<string>();
  for (let seed = 1; seed <= 8; seed += 1) {
    const [first, second] = [await run(seed), await run(seed)];
    expect(second).toEqual(first);
    expect(first.events).toBeGreaterThan(100);
    hashes.add(first.hash);
  }
  expect(hashes.size).toBe(8);
});
