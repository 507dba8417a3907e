import { firstValueFrom, map } from 'rxjs';
import { afterEach, expect, test, vi } from 'vitest';
import { fakeCli, trackProcesses } from '@subwire/testing';
import { createSessionPool, runTasks } from '../../../src/index.ts';

afterEach(() => {
  vi.useRealTimers();
});

const ask = `<<fake ${JSON.stringify([
  { kind: 'tool_use', name: 'Bash', input: { command: 'echo "$ANTHROPIC_API_KEY"' }, ask: false },
  { kind: 'text', text: 'ok' },
])}>>`;

test('a credential is asked for once by all, once more when it has expired, and reaches the sessions that bring options of their own', async () => {
  await using tracker = trackProcesses();
  vi.useFakeTimers({ toFake: ['Date'] });
  let asked = 0;
  const fake = fakeCli();
  const pool = createSessionPool({
    size: 2,
    governor: false,
    session: { ...fake, env: { ...fake.env, ...tracker.env } },
    refreshCredential: () => {
      asked += 1;
      return Promise.resolve({ credential: { apiKey: `key-${asked}` }, expiresAtEpochMs: Date.now() + 3_600_000 });
    },
  });
  const keyOf = (session: object = {}): Promise<unknown> =>
    firstValueFrom(
      pool.use(
        async (worker) => {
          const told: string[] = [];
          worker.messages$.pipe(map((message) => JSON.stringify(message))).subscribe((line) => told.push(line));
          await worker.prompt(ask).result();
          return /key-\d/.exec(told.join('\n'))?.[0];
        },
        { session: (own) => ({ ...own, ...session }) },
      ),
    );
  await pool.warm();
  expect(await Promise.all([keyOf(), keyOf(), keyOf({ model: 'opus' })])).toEqual(['key-1', 'key-1', 'key-1']);
  expect(asked).toBe(1);
  vi.setSystemTime(Date.now() + 3_590_000);
  expect(await Promise.all([keyOf(), keyOf({ model: 'opus' })])).toEqual(['key-2', 'key-2']);
  const seen: string[] = [];
  await runTasks(pool, [{ id: 'own', prompt: ask, env: { MORE: '1' } }], { messages: true }).forEach(({ message }) => {
    seen.push(JSON.stringify(message));
  });
  expect(/key-\d/.exec(seen.join('\n'))?.[0]).toBe('key-2');
  expect(asked).toBe(2);
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
}, 60_000);
