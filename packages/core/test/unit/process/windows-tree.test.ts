import { firstValueFrom } from 'rxjs';
import { expect, test } from 'vitest';
import { MockProcess } from '@subwire/testing';
import { startProcess } from '../../../src/process/handle.ts';
import { terminate } from '../../../src/process/terminate.ts';
import { createWindowsTree } from '../../../src/process/windows-tree.ts';

const policy = { eofGraceMs: 20, termGraceMs: 20, killGraceMs: 500, drainMs: 20, tree: true };
const spec = { file: 'claude.exe', args: [], cwd: 'C:\\', env: {}, detached: false };

async function close(mock: MockProcess, run: (file: string, args: readonly string[]) => Promise<{ code: number | null }>) {
  const handle = await startProcess(() => mock, spec);
  let gone = false;
  handle.exit$.subscribe(() => {
    gone = true;
  });
  const killRoot = (): void => void handle.kill('SIGKILL');
  const tree = createWindowsTree({ pid: mock.pid, isAlive: () => !gone, killRoot, systemRoot: 'C:\\Windows', run });
  const receipt = await terminate({ handle, policy, tree, isOurs: true });
  return { receipt, handle };
}

test('P41 on Windows EOF comes first, then taskkill for the tree, by its absolute path, while the root lives', async () => {
  const mock = new MockProcess({ ignores: ['EOF'] });
  const calls: { file: string; args: readonly string[]; rootLived: boolean }[] = [];
  const { receipt } = await close(mock, async (file, args) => {
    calls.push({ file, args, rootLived: mock.exitCode === null });
    mock.exit(1);
    return { code: 0 };
  });
  expect(calls).toEqual([{ file: 'C:\\Windows\\System32\\taskkill.exe', args: ['/PID', String(mock.pid), '/T', '/F'], rootLived: true }]);
  expect(receipt).toMatchObject({ rungs: ['eof', 'kill'], survivors: [] });
  expect(mock.signals).toEqual([]);
});

test('P41 a taskkill that fails or hangs leaves the root to be ended alone', async () => {
  const mock = new MockProcess({ ignores: ['EOF'] });
  const { receipt } = await close(mock, async () => ({ code: null }));
  expect(mock.signals).toEqual(['SIGKILL']);
  expect(receipt.survivors).toEqual([]);
});

test('P41 a process that ends at EOF needs no taskkill', async () => {
  const mock = new MockProcess();
  let calls = 0;
  const { receipt, handle } = await close(mock, async () => ({ code: (calls += 1) }));
  expect(calls).toBe(0);
  expect(receipt.rungs).toEqual(['eof']);
  expect(await firstValueFrom(handle.exit$)).toEqual({ code: 0, signal: null });
});
