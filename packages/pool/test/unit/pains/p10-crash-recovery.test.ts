import { expect, test } from 'vitest';
import { classifyCause, createPool } from '../../../src/index.ts';
import { plainFactory } from '../../support/plain-workers.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

test('P10 a worker that never boots is started exactly 1 + 3 times, with growing gaps, and one error holds all four causes', async () => {
  const clock = virtualClock();
  const startedAtMs: number[] = [];
  const factory = plainFactory({
    onCreate() {
      startedAtMs.push(clock.nowMs());
      return Promise.reject(new Error(`exit ${startedAtMs.length}`));
    },
  });
  const pool = createPool(factory, { clock, size: 1, random: () => 0.99 });
  let abandoned = 0;
  pool.events$.subscribe(({ type }) => (abandoned += type === 'slot-abandoned' ? 1 : 0));
  const call = expect(pool.acquire()).rejects.toMatchObject({
    code: 'RESTARTS_EXHAUSTED',
    attempts: 4,
    causes: [1, 2, 3, 4].map((n) => ({ message: `exit ${n}` })),
  });
  await clock.advance(9_000);
  await call;
  expect(startedAtMs).toHaveLength(4);
  const gaps = startedAtMs.slice(1).map((atMs, index) => atMs - startedAtMs[index]!);
  expect(gaps).toEqual([...gaps].sort((one, other) => one - other));
  expect(abandoned).toBe(1);
  await pool.close();
});

test('P10 an invalid key is tried once', async () => {
  const refused = Object.assign(new Error('exit 1'), { stderrTail: ['Error: Invalid API key · Please run /login'] });
  const factory = plainFactory({ onCreate: () => Promise.reject(refused) });
  const pool = createPool(factory, { size: 1 });
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'WARMUP_FAILED', retryable: false, cause: refused });
  expect(factory.contexts).toHaveLength(1);
  await pool.close();
});

test('P10 the count is cleared by a lease that was served, not by a start', async () => {
  const clock = virtualClock();
  let isBroken = false;
  const factory = plainFactory({ onCreate: () => (isBroken ? Promise.reject(new Error('no')) : undefined) });
  const pool = createPool(factory, { clock, size: 1, random: () => 0.5, restart: { windowMs: 1e9 } });
  for (let round = 0; round < 5; round += 1) {
    isBroken = true;
    const call = pool.acquire({ timeoutMs: 1e6 });
    call.catch(() => {});
    await clock.advance(250);
    isBroken = false;
    await clock.advance(5_000);
    const lease = await call;
    await lease.release();
    const next = await pool.acquire();
    await next.discard();
    isBroken = true;
  }
  expect(pool.stats.abandoned).toBe(0);
  await pool.close();
});

test.each([
  [{ code: 'EMFILE' }, 'resource'],
  [{ errno: 'EAGAIN', code: 'SPAWN_FAILED' }, 'resource'],
  [{ code: 'EXIT_EARLY', cause: { code: null, signal: 'SIGKILL' } }, 'resource'],
  [{ code: 'EXIT_EARLY', signal: 'SIGTERM' }, 'transient'],
  [{ code: 'ENOENT' }, 'permanent'],
  [{ cause: { cause: { code: 'EACCES' } } }, 'permanent'],
  [{ stderrTail: ["error: unknown option '--frobnicate'"] }, 'permanent'],
  [{ code: 'EPIPE' }, 'transient'],
  ['a string', 'transient'],
  [undefined, 'transient'],
] as const)('P10 %j is %s', (cause, kind) => {
  expect(classifyCause(cause)).toBe(kind);
});
