import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { trackProcesses, type ProcessTracker } from '@subwire/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../support/sessions.ts';
import { bundleHost, countLiving, launchHost, removeHost } from '../../support/start-host.ts';

let registry = '';

beforeAll(bundleHost, 60_000);
afterAll(removeHost);
beforeEach(async () => {
  registry = await mkdtemp(path.join(tmpdir(), 'subwire-registry-'));
});
afterEach(() => rm(registry, { recursive: true, force: true }));

async function start(tracker: ProcessTracker, isProtected: boolean) {
  const host = await launchHost({ ...tracker.env, XDG_RUNTIME_DIR: registry }, { size: 2, kind: 'setsid', isProtected });
  return { process: host.process, agents: await host.atWork };
}

test('FT-17 of two hosts one is killed: its agents go, those of the other stay', async () => {
  await using tracker = trackProcesses({ graceMs: 15_000 });
  const [one, other] = await Promise.all([start(tracker, true), start(tracker, true)]);
  one.process.kill('SIGKILL');
  expect(await eventually(() => countLiving(one.agents) === 0, 15_000)).toBe(true);
  expect(countLiving(other.agents)).toBe(2);
  other.process.kill('SIGKILL');
  expect(await eventually(() => countLiving(other.agents) === 0, 15_000)).toBe(true);
  await tracker.assertNoneLeaked();
}, 90_000);

test('FT-17 what an unprotected host has left stays until another host starts, which ends exactly that, also when two start at once', async () => {
  await using tracker = trackProcesses({ graceMs: 500 });
  const [dead, living] = await Promise.all([start(tracker, false), start(tracker, false)]);
  dead.process.kill('SIGKILL');
  // The control: without a host that clears up, all of it stays.
  await tracker.leaked();
  expect(countLiving(dead.agents)).toBe(2);
  const beganMs = performance.now();
  const later = await Promise.all([start(tracker, false), start(tracker, false)]);
  expect(await eventually(() => countLiving(dead.agents) === 0, 15_000)).toBe(true);
  expect(performance.now() - beganMs).toBeLessThan(20_000);
  expect(countLiving(living.agents)).toBe(2);
  for (const { agents } of later) expect(countLiving(agents)).toBe(2);
  // Two agents and two children of theirs for each of the three hosts that live, and the hosts; of the dead one nothing.
  for (const { process: host } of [living, ...later]) host.kill('SIGKILL');
  expect(
    await eventually(() => [living, ...later].every(({ process: host }) => host.exitCode !== null || host.signalCode !== null), 5_000),
  ).toBe(true);
  expect((await tracker.leaked()).length).toBe(12);
}, 120_000);
