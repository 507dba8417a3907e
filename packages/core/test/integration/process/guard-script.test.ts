import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { isAlive, trackProcesses } from '@subwire/testing';
import { guardScript } from '../../../src/process/guard-script.ts';
import { createMarker } from '../../../src/process/marker.ts';
import { createOrphanGuard } from '../../../src/process/orphan-guard.ts';
import { writePs } from './ps-program.ts';
import { eventually } from './support.ts';

const guard = trackProcesses();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-test-guard-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

/** The guard as it is on a system that has no `/proc`, with the `ps` of that system. */
const withoutProc = guardScript.replaceAll('/proc', '/nowhere');

/** A group of three, one of which ignores TERM. */
function startGroup(): number {
  const child = spawn('sh', ['-c', "sleep 1000 & (trap '' TERM; sleep 1000) & wait"], { detached: true, stdio: 'ignore' });
  return child.pid!;
}

const inGroup = (group: number): boolean => {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
};

/** Runs the guard, tells it these lines, and lets its host die. */
async function runGuard(
  script: string,
  lines: readonly string[],
  change: (child: ReturnType<typeof spawn>) => Promise<void> = async () => undefined,
) {
  const bin = path.join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  await writePs(bin);
  const registry = path.join(folder, 'own.hosts');
  await writeFile(registry, 'x');
  const child = spawn('/bin/sh', ['-c', script, 'subwire-guard', '5', registry], {
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  for (const line of lines) child.stdin.write(`${line}\n`);
  await change(child);
  child.stdin.end();
  await once(child, 'exit');
}

test('without /proc the guard ends the groups of the roots when its host dies, and nothing that was released', async () => {
  const [first, second, released] = [startGroup(), startGroup(), startGroup()];
  const [one, two, three] = [createMarker(), createMarker(), createMarker()];
  const lines = [`+ ${one}`, `+ ${one} ${first}`, `+ ${two} ${second}`, `+ ${three} ${released}`, `- ${three}`];
  await runGuard(withoutProc, lines);
  expect(await eventually(() => !inGroup(first) && !inGroup(second), 5000)).toBe(true);
  expect(inGroup(released)).toBe(true);
  process.kill(-released, 'SIGKILL');
  expect(await readdir(folder)).toEqual(['bin']);
});

test('a guard that holds nothing any more leaves the file alone: its host may live, and have made it anew', async () => {
  const marker = createMarker();
  await runGuard(guardScript, [`+ ${marker}`, `> /tmp/subwire-home-x`, `- ${marker}`, `< /tmp/subwire-home-x`]);
  expect((await readdir(folder)).sort()).toEqual(['bin', 'own.hosts']);
});

test('P48 without /proc a root whose start time differs by now is a stranger, and lives on', async () => {
  const group = startGroup();
  await runGuard(withoutProc.replace('if [ -n "$trees" ]; then', 'export LATER=1; if [ -n "$trees" ]; then'), [
    `+ ${createMarker()} ${group}`,
  ]);
  expect(inGroup(group)).toBe(true);
  process.kill(-group, 'SIGKILL');
});

test('with /proc it ends who carries the marker, in whatever session, and removes private directories alone', async () => {
  const marker = createMarker();
  const env = { ...process.env, SUBWIRE_TREE: `${createMarker()}:${marker}` };
  const carrier = spawn('sleep', ['1000'], { env, detached: true, stdio: 'ignore' });
  const stranger = spawn('sleep', ['1000'], { env: { SUBWIRE_TREE: createMarker() }, detached: true, stdio: 'ignore' });
  const [mine, other, kept] = ['subwire-home-a b', 'elsewhere', 'subwire-args-x'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const directory of [mine, other, kept]) await mkdir(directory);
  await runGuard(guardScript, [`+ ${marker}`, `> ${mine}`, `> ${other}`, `> ${kept}`, `< ${kept}`]);
  expect([isAlive(carrier.pid!), isAlive(stranger.pid!)]).toEqual([false, true]);
  expect((await readdir(folder)).sort()).toEqual(['bin', 'elsewhere', 'subwire-args-x']);
  stranger.kill('SIGKILL');
  await once(stranger, 'exit');
});

test('the helper is started with the first thing to hold, is replaced when it is killed, and ends soon after the last', async () => {
  const marker = createMarker();
  const orphans = createOrphanGuard({ registryFile: path.join(folder, 'own.hosts'), lingerMs: 20, graceMs: 200 });
  expect(orphans.isRunning).toBe(false);
  orphans.hold(marker, `+ ${marker}`);
  const first = orphans.pid!;
  expect(isAlive(first)).toBe(true);
  // One that dies at once is not started again and again.
  await new Promise((resolve) => setTimeout(resolve, 1050));
  process.kill(first, 'SIGKILL');
  expect(await eventually(() => orphans.pid !== undefined && orphans.pid !== first, 5000)).toBe(true);
  const second = orphans.pid!;
  orphans.release(marker, `- ${marker}`);
  expect(await eventually(() => !isAlive(second), 5000)).toBe(true);
  expect(orphans.isRunning).toBe(false);
});

test('a host without a shell goes on without a guard', async () => {
  const orphans = createOrphanGuard({ registryFile: '', lingerMs: 20, graceMs: 200, shell: '/nowhere/sh' });
  orphans.hold('key', '+ x');
  expect(await eventually(() => !orphans.isRunning, 2000)).toBe(true);
  orphans.hold('key', '> y');
  orphans.release('key', '- x');
  expect(orphans.isRunning).toBe(false);
});
