import { identityOf, isAlive, trackProcesses } from '@subwire/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../support/sessions.ts';
import { bundleHost, removeHost, startHost, type BusyHost } from '../../support/start-host.ts';

beforeAll(bundleHost, 60_000);
afterAll(removeHost);

function living({ agents }: BusyHost): number {
  return agents.filter((pid) => {
    const identity = identityOf(pid);
    return identity !== undefined && isAlive(identity);
  }).length;
}

test.each([undefined, 'setsid'] as const)(
  'FT-06 the host is killed while its agents are at work (children: %s): none of them outlives it by long',
  async (kind) => {
    await using tracker = trackProcesses({ graceMs: 10_000 });
    const host = await startHost(tracker.env, kind);
    expect(living(host)).toBe(2);
    host.process.kill('SIGKILL');
    expect(await eventually(() => living(host) === 0, 15_000)).toBe(true);
    await tracker.assertNoneLeaked();
  },
  90_000,
);

test('FT-17 of two hosts one is killed: its agents go, those of the other stay', async () => {
  await using tracker = trackProcesses({ graceMs: 10_000 });
  const [one, other] = await Promise.all([startHost(tracker.env), startHost(tracker.env)]);
  one.process.kill('SIGKILL');
  expect(await eventually(() => living(one) === 0, 15_000)).toBe(true);
  expect(living(other)).toBe(2);
  other.process.kill('SIGKILL');
  expect(await eventually(() => living(other) === 0, 15_000)).toBe(true);
  await tracker.assertNoneLeaked();
}, 90_000);
