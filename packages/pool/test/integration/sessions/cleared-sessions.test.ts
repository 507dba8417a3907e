import type { Session } from '@subwire/core';
import { fakeCli, trackProcesses } from '@subwire/testing';
import { expect, test } from 'vitest';
import { createSessionPool, type Lease, type SessionPoolOptions } from '../../../src/index.ts';

interface Served {
  readonly pids: readonly (number | undefined)[];
  readonly ids: readonly (string | undefined)[];
}

/** What two leases of one key found, one after the other, each of which did the same. */
async function twoLeases(act: (lease: Lease<Session>) => Promise<unknown>, options: SessionPoolOptions = {}): Promise<Served> {
  await using tracker = trackProcesses();
  const pool = createSessionPool({
    size: 1,
    minIdle: 0,
    reset: 'clear',
    resetTimeoutMs: 30_000,
    validateTimeoutMs: 30_000,
    governor: false,
    session: { ...fakeCli() },
    ...options,
  });
  const pids: (number | undefined)[] = [];
  const ids: (string | undefined)[] = [];
  for (let count = 0; count < 2; count += 1) {
    const lease = await pool.acquire();
    pids.push(lease.worker.transport.pid);
    await act(lease);
    ids.push(lease.worker.id);
    await lease.release();
  }
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
  return { pids, ids };
}

const prompt = ({ worker }: Lease<Session>): Promise<unknown> => worker.prompt('hello').result();

test('Q18 the same process serves the next lease of its key, under a new id', async () => {
  const { pids, ids } = await twoLeases(prompt);
  expect(pids[1]).toBe(pids[0]);
  expect(ids[1]).not.toBe(ids[0]);
});

test('Q18 so does one that was checked meanwhile, and one whose lease said nothing', async () => {
  const checked = await twoLeases(prompt, { trustMs: 0 });
  expect(checked.pids[1]).toBe(checked.pids[0]);
  const silent = await twoLeases(() => Promise.resolve());
  expect(silent.pids[1]).toBe(silent.pids[0]);
});

test.each([
  ['set the model', ({ worker }: Lease<Session>) => worker.setModel('claude-sonnet-5-5')],
  ['set the permissions', ({ worker }: Lease<Session>) => worker.setPermissionMode('plan')],
])('Q18 a session whose lease has %s before its first prompt goes: a clear does not undo that', async (_what, set) => {
  const { pids } = await twoLeases(async (lease) => {
    await set(lease);
    await prompt(lease);
  });
  expect(pids[1]).not.toBe(pids[0]);
});

test('Q18 control: one whose answer proves nothing goes, although it did clear', async () => {
  // The turn is not over when the lease ends: the clear waits behind it, and a model's answer comes in between.
  const { pids } = await twoLeases(
    async ({ worker }) => {
      worker
        .prompt('hello')
        .result()
        .catch(() => {});
    },
    { session: { ...fakeCli({ replyDelayMs: 200 }) } },
  );
  expect(pids[1]).not.toBe(pids[0]);
});

test('P25 every lease of a session that is cleared pays for itself, and what the session has cost adds up', async () => {
  await using tracker = trackProcesses();
  const pool = createSessionPool({
    size: 1,
    reset: 'clear',
    resetTimeoutMs: 30_000,
    validateTimeoutMs: 30_000,
    governor: false,
    session: { ...fakeCli() },
    recycle: { turns: 3 },
  });
  const spent: (number | undefined)[] = [];
  const pids: (number | undefined)[] = [];
  for (let count = 0; count < 4; count += 1) {
    const lease = await pool.acquire();
    await prompt(lease);
    spent.push(lease.spent.usd);
    pids.push(lease.worker.transport.pid);
    await lease.release();
  }
  expect(spent[0]).toBeGreaterThan(0);
  expect(spent).toEqual(spent.map(() => spent[0]));
  // Three turns of callers, not counting the clears between them.
  expect(new Set(pids.slice(0, 3)).size).toBe(1);
  expect(pids[3]).not.toBe(pids[0]);
  await pool.close();
  expect(await tracker.leaked()).toEqual([]);
});

const rule = { type: 'addRules', rules: [{ toolName: 'Bash' }], behavior: 'allow', destination: 'session' };
const asksForTool = `<<fake ${JSON.stringify([
  { kind: 'tool_use', name: 'Bash', input: { command: 'true' }, ask: true },
  { kind: 'text', text: 'ok' },
])}>>`;
const useTool = ({ worker }: Lease<Session>): Promise<unknown> => worker.prompt(asksForTool).result();

test('Q18 a session whose permissions were widened by an answer goes, one whose tool was only allowed stays', async () => {
  let asked = 0;
  const answer = (decision: object) => () => {
    asked += 1;
    return Promise.resolve({ behavior: 'allow' as const, ...decision });
  };
  const allowed = await twoLeases(useTool, { session: { ...fakeCli(), onToolUse: answer({}) } });
  expect(allowed.pids[1]).toBe(allowed.pids[0]);
  const widened = await twoLeases(useTool, { session: { ...fakeCli(), onToolUse: answer({ updatedPermissions: [rule] }) } });
  expect(widened.pids[1]).not.toBe(widened.pids[0]);
  expect(asked).toBe(4);
});
