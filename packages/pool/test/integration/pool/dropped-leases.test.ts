import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleFixture, type BundledFixture } from '../../support/bundle-fixture.ts';

interface Report {
  readonly leased: number;
  readonly leaks: number;
  readonly stacks: number;
  readonly idle: number;
  readonly tookMs: number;
  readonly kept: number;
}

let program: BundledFixture;
beforeAll(async () => {
  program = await bundleFixture('dropped-leases');
}, 60_000);
afterAll(() => program.remove());

async function run(...args: readonly string[]): Promise<Report> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program.file, ...args], { timeout: 60_000 });
  return JSON.parse(stdout) as Report;
}

test('Q21 50 leases that are dropped without being ended are told, with the stack of their acquire, and their places come back', async () => {
  const { leased, leaks, stacks, idle, tookMs } = await run('50');
  expect({ leased, leaks, stacks, idle }).toEqual({ leased: 50, leaks: 50, stacks: 50, idle: 50 });
  expect(tookMs).toBeLessThan(5_000);
}, 60_000);

test('Q21 control: leases that somebody holds stay leased, however often garbage is collected', async () => {
  expect(await run('50', 'keep')).toMatchObject({ leased: 50, leaks: 0, idle: 0, kept: 50 });
}, 60_000);
