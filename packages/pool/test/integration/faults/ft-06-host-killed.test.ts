import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { trackProcesses } from '@subwire/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { seeded } from '../../support/plain-workers.ts';
import { eventually, isSoak, sleep } from '../../support/sessions.ts';
import { bundleHost, countLiving, launchHost, removeHost } from '../../support/start-host.ts';

const plan = isSoak ? { kills: 100, size: 8 } : { kills: 4, size: 3 };
let registry = '';

beforeAll(bundleHost, 60_000);
afterAll(removeHost);
// A registry of its own: otherwise any other program of this user that starts would clear away what a control run is to find.
beforeEach(async () => {
  registry = await mkdtemp(path.join(tmpdir(), 'subwire-registry-'));
});
afterEach(() => rm(registry, { recursive: true, force: true }));

test.each([undefined, 'setsid', 'double-fork'] as const)(
  'FT-06 the host is killed while its agents are at work (children: %s): neither they nor their children outlive it by long',
  async (kind) => {
    await using tracker = trackProcesses({ graceMs: 15_000 });
    const host = await launchHost({ ...tracker.env, XDG_RUNTIME_DIR: registry }, { size: 2, ...(kind && { kind }) });
    const agents = await host.atWork;
    expect(countLiving(agents)).toBe(2);
    host.process.kill('SIGKILL');
    expect(await eventually(() => countLiving(agents) === 0, 15_000)).toBe(true);
    await tracker.assertNoneLeaked();
  },
  90_000,
);

test(
  'FT-06 the host is killed at a random moment, also while it starts its agents: nothing outlives it by long',
  async () => {
    await using tracker = trackProcesses({ graceMs: 15_000 });
    const random = seeded(6);
    for (let kill = 0; kill < plan.kills; kill += 1) {
      const host = await launchHost({ ...tracker.env, XDG_RUNTIME_DIR: registry }, { size: plan.size, kind: 'setsid' });
      await sleep(random() * 100 * plan.size);
      const killedAtMs = performance.now();
      host.process.kill('SIGKILL');
      expect(await tracker.survivors()).toEqual([]);
      expect(performance.now() - killedAtMs).toBeLessThan(15_000);
    }
  },
  60_000 + plan.kills * 20_000,
);

test('FT-06 control: with nothing but the end of stdin, agents and their children go on without a host', async () => {
  await using tracker = trackProcesses({ graceMs: 700 });
  const host = await launchHost({ ...tracker.env, XDG_RUNTIME_DIR: registry }, { size: 2, kind: 'setsid', isProtected: false });
  const agents = await host.atWork;
  host.process.kill('SIGKILL');
  // The agents, and what they started.
  expect((await tracker.leaked()).length).toBeGreaterThanOrEqual(4);
  expect(countLiving(agents)).toBe(2);
}, 60_000);
