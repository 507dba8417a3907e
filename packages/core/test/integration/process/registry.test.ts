import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isAlive, trackProcesses } from '@subwire/testing';
import { createHostRegistry, readBootId } from '../../../src/process/host-registry.ts';
import { createMarker } from '../../../src/process/marker.ts';
import { hostProcessTable } from '../../../src/process/process-table.ts';
import { sweep } from '../../../src/process/sweep.ts';

const guard = trackProcesses();
const started: ReturnType<typeof spawn>[] = [];
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

const table = hostProcessTable()!;
const bootId = readBootId();

function sleeper(marker?: string): number {
  const child = spawn('sleep', ['1000'], { env: marker === undefined ? {} : { SUBWIRE_TREE: marker }, stdio: 'ignore', detached: true });
  started.push(child);
  return child.pid!;
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'subwire-registry-'));
  await work(folder).finally(() => rm(folder, { recursive: true, force: true }));
}

const registryOf = (folder: string, host: { pid: number; startTime: string }) =>
  createHostRegistry({ folder, table, self: { host, bootId } });
const self = { pid: process.pid, startTime: table.read(process.pid)!.startTime };

test('P48 a forged entry that names a living stranger ends nobody', async () => {
  await withFolder(async (folder) => {
    const stranger = sleeper();
    const forged = ['', 'x', String(stranger), createMarker(), '*', '..'].join('\n');
    await writeFile(
      path.join(folder, 'forged.hosts'),
      `${JSON.stringify({ host: { pid: stranger, startTime: '1' }, bootId })}\n${forged}\n`,
    );
    const { markers } = registryOf(folder, self).claimOrphans();
    expect(markers).toHaveLength(1);
    expect(await sweep(markers, table)).toEqual([]);
    expect(isAlive(stranger)).toBe(true);
  });
});

test('a sweep ends what a dead host has left, once, and nothing of a living one', async () => {
  await withFolder(async (folder) => {
    const [mine, dead] = [createMarker(), createMarker()];
    const kept = sleeper(mine);
    const orphans = [sleeper(dead), sleeper(dead)];
    registryOf(folder, self).add(mine);
    registryOf(folder, { pid: 999_999_999, startTime: '1' }).add(dead);
    const others = [1, 2, 3].map((startTime) => registryOf(folder, { pid: 999_999_998, startTime: String(startTime) }));
    const claims = others.map((registry) => registry.claimOrphans());
    const markers = claims.flatMap((claim) => claim.markers);
    expect(markers).toEqual([dead]);
    expect([...(await sweep(markers, table, { graceMs: 1000 }))].sort()).toEqual([...orphans].sort());
    expect(orphans.filter((pid) => isAlive(pid))).toEqual([]);
    expect(isAlive(kept)).toBe(true);
    expect(await readdir(folder)).toEqual([`${self.pid}-${self.startTime}.hosts`]);
  });
});

test('an entry from before a restart of the machine is thrown away unread', async () => {
  await withFolder(async (folder) => {
    const marker = createMarker();
    const alive = sleeper(marker);
    await writeFile(path.join(folder, 'old.hosts'), `${JSON.stringify({ host: self, bootId: 'another' })}\n${marker}\n`);
    expect(registryOf(folder, self).claimOrphans()).toEqual({ markers: [], folders: [] });
    expect(await readdir(folder)).toEqual([]);
    expect(isAlive(alive)).toBe(true);
  });
});
