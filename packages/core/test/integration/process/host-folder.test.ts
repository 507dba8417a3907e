import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHostFolder } from '@subwire/core';
import { trackProcesses } from '@subwire/testing';
import { bundleHost } from '../../support/bundle-host.ts';

let program = '';
let guard: ReturnType<typeof trackProcesses>;
beforeAll(async () => {
  // The bundler leaves a service running, which is nobody's leak.
  program = await bundleHost(new URL('../../fixtures/hosts/holds-folder.ts', import.meta.url));
  // The guard of a host that was killed gives its trees their grace before it ends itself.
  guard = trackProcesses({ graceMs: 15_000 });
});
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

test('P33 a private folder is for this user alone, and gone when it is removed', async () => {
  const folder = await createHostFolder();
  expect(statSync(folder.path).mode & 0o777).toBe(0o700);
  await folder.remove();
  await folder.remove();
  expect(existsSync(folder.path)).toBe(false);
});

test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('P33 a private folder does not outlive a host that ends by %s', async (signal) => {
  const host = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(host.stdout, 'data')) as [Buffer];
  const path = said.toString().trim();
  expect(statSync(path).isDirectory()).toBe(true);
  const gone = once(host, 'exit');
  host.kill(signal);
  await gone;
  await expect.poll(() => existsSync(path), { timeout: 15_000 }).toBe(false);
});
