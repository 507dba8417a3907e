import { describe, expect, it } from 'vitest';
import { MockProcess } from '../../../src/mock/mock-process.ts';
import { mockSpawner } from '../../../src/mock/mock-spawner.ts';

describe('mockSpawner', () => {
  it('hands out processes by number and remembers what was asked for', () => {
    const spawner = mockSpawner((call) => new MockProcess({ pid: 100 + call }));
    expect([spawner({ file: 'a' }).pid, spawner({ file: 'b' }).pid]).toEqual([100, 101]);
    expect(spawner.specs).toEqual([{ file: 'a' }, { file: 'b' }]);
    expect(spawner.spawned.map((child) => child.pid)).toEqual([100, 101]);
  });

  it.each(['EINVAL', 'ENOTDIR', 'E2BIG', 'ENOMEM'] as const)('throws %s, as spawn does', (code) => {
    const spawner = mockSpawner(() => {
      const child = new MockProcess();
      child.failToSpawn(code);
      return child;
    });
    expect(() => spawner({})).toThrow(expect.objectContaining({ code, syscall: 'spawn' }));
    expect([spawner.specs.length, spawner.spawned.length]).toEqual([1, 0]);
  });

  it.each(['ENOENT', 'EACCES', 'EAGAIN', 'EMFILE', 'ENFILE'] as const)('returns a child that emits %s', async (code) => {
    const spawner = mockSpawner(() => {
      const child = new MockProcess();
      child.failToSpawn(code);
      return child;
    });
    const child = spawner({});
    const error = await new Promise<NodeJS.ErrnoException>((resolve) => child.once('error', resolve));
    expect(error.code).toBe(code);
    expect(child.exitCode).toBe(error.errno);
  });
});
