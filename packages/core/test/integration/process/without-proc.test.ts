import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive as lives, trackProcesses } from '@subwire/testing';
import { type ProcessHandle, startProcess } from '../../../src/process/handle.ts';
import { nodeSpawner } from '../../../src/process/node-spawner.ts';
import { hostProcessTable, type ProcessTable } from '../../../src/process/process-table.ts';
import { createProcessTree } from '../../../src/process/process-tree.ts';
import { createPsTable } from '../../../src/process/ps-table.ts';
import { terminate } from '../../../src/process/terminate.ts';
import { createTreeSignals } from '../../../src/process/tree-signals.ts';
import { createSampler } from '../../../src/process/tree-usage.ts';
import { writePs } from './ps-program.ts';
import { findPython } from './support.ts';

const guard = trackProcesses();
let folder: string;
let table: ProcessTable;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-ps-'));
  // As for a program that macOS protects: no environment is shown, so no marker is seen.
  table = createPsTable({ file: await writePs(folder), environmentArgs: null });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

const policy = { eofGraceMs: 50, termGraceMs: 800, killGraceMs: 5000, drainMs: 50, tree: true };
/** A plain child, one in a session of its own, and one that ignores TERM. */
const family = `
import os, signal, sys, time
pids = []
for kind in range(3):
    pid = os.fork()
    if pid == 0:
        if kind > 0: os.setsid()
        if kind == 2: signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(1000)
    pids.append(pid)
time.sleep(0.05)
print(pids, flush=True)
time.sleep(1000)
`;

async function start(): Promise<{ readonly handle: ProcessHandle; readonly pids: readonly number[] }> {
  const spec = { file: findPython(), args: ['-ISc', family], cwd: '/', env: { PATH: '/bin' }, detached: true };
  const handle = await startProcess(nodeSpawner, spec);
  handle.stderr$.subscribe();
  const pids = JSON.parse(String(await firstValueFrom(handle.stdout$))) as readonly number[];
  return { handle, pids };
}

test('P03 on a machine with ps alone, a plain, a setsid and a TERM-ignoring child are dead after the close, and the receipt lists them', async () => {
  const { handle, pids } = await start();
  const found = table.read(handle.pid!)!;
  // What ps tells of a process is the same thing that /proc tells.
  expect(found).toMatchObject({ parent: process.pid, group: handle.pid });
  expect(Math.abs(found.residentBytes - hostProcessTable()!.read(handle.pid!)!.residentBytes)).toBeLessThan(1024 * 1024);
  const root = { pid: found.pid, startTime: found.startTime };
  const signals = createTreeSignals({ root, table, tree: createProcessTree({ root, marker: 'none', table }) });
  const receipt = await terminate({ handle, policy, tree: signals, isOurs: true });
  await handle.release();
  expect([handle.pid!, ...pids].filter((pid) => lives(pid))).toEqual([]);
  expect(receipt.survivors).toEqual([]);
  expect(receipt.killed.map(({ pid }) => pid).sort()).toEqual([handle.pid!, ...pids].sort());
});

test('usage of a tree is told by ps as well, files and sockets aside', async () => {
  const { handle, pids } = await start();
  const { pid, startTime } = table.read(handle.pid!)!;
  const tree = createProcessTree({ root: { pid, startTime }, marker: 'none', table });
  const usage = await firstValueFrom(createSampler(table).watch(tree, { everyMs: 50, withFiles: false }));
  expect([...usage.processes].sort()).toEqual([pid, ...pids].sort());
  expect(usage.residentBytes).toBeGreaterThan(4 * 1024 * 1024);
  const signals = createTreeSignals({ root: { pid, startTime }, table, tree });
  await terminate({ handle, policy: { ...policy, eofGraceMs: 0, termGraceMs: 0 }, tree: signals, isOurs: true });
  await handle.release();
});
