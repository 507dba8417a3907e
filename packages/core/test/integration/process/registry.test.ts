import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isAlive, trackProcesses } from '@subwire/testing';
import { createHostRegistry, folderLine, readBootId, treeLine } from '../../../src/process/host-registry.ts';
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
    const forged = ['', 'x', String(stranger), createMarker(), '*', '..'].map((text) => `+ ${text}`).join('\n');
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
    const own = registryOf(folder, self);
    own.hold(mine, treeLine(mine));
    registryOf(folder, { pid: 999_999_999, startTime: '1' }).hold(dead, treeLine(dead));
    const others = [1, 2, 3].map((startTime) => registryOf(folder, { pid: 999_999_998, startTime: String(startTime) }));
    const claims = others.map((registry) => registry.claimOrphans());
    const markers = claims.flatMap((claim) => claim.markers);
    expect(markers).toEqual([dead]);
    expect([...(await sweep(markers, table, { graceMs: 1000 }))].sort()).toEqual([...orphans].sort());
    expect(orphans.filter((pid) => isAlive(pid))).toEqual([]);
    expect(isAlive(kept)).toBe(true);
    expect(await readdir(folder)).toEqual([path.basename(own.file)]);
  });
});

test('an entry from before a restart of the machine is thrown away unread', async () => {
  await withFolder(async (folder) => {
    const marker = createMarker();
    const alive = sleeper(marker);
    await writeFile(path.join(folder, 'old.hosts'), `${JSON.stringify({ host: self, bootId: 'another' })}\n+ ${marker}\n`);
    expect(registryOf(folder, self).claimOrphans()).toEqual({ markers: [], folders: [] });
    expect(await readdir(folder)).toEqual([]);
    expect(isAlive(alive)).toBe(true);
  });
});

test('two registries of one host keep what they note apart, and each goes with its last key', async () => {
  await withFolder(async (folder) => {
    const [one, other] = [registryOf(folder, self), registryOf(folder, self)];
    const [first, second] = [createMarker(), createMarker()];
    for (const registry of [one, other]) for (const marker of [first, second]) registry.hold(marker, treeLine(marker));
    one.release(first);
    one.release(second);
    expect(await readdir(folder)).toEqual([path.basename(other.file)]);
    expect(await readFile(other.file, 'utf8')).toContain(second);
    expect(other.claimOrphans()).toEqual({ markers: [], folders: [] });
  });
});

test('the file of a host that is never idle stays small, and holds all that is there', async () => {
  await withFolder(async (folder) => {
    const registry = registryOf(folder, { pid: 999_999_999, startTime: '1' });
    const kept = createMarker();
    registry.hold(kept, treeLine(kept));
    registry.hold(kept, folderLine('/tmp/subwire-home-x'));
    for (let index = 0; index < 5000; index++) {
      const marker = createMarker();
      registry.hold(marker, treeLine(marker));
      registry.release(marker);
    }
    expect((await stat(registry.file)).size).toBeLessThan(50_000);
    expect(await readdir(folder)).toEqual([path.basename(registry.file)]);
    const { markers, folders } = registryOf(folder, self).claimOrphans();
    expect(markers).toContain(kept);
    expect(folders).toEqual(['/tmp/subwire-home-x']);
  });
});
