import { expect, test } from 'vitest';
import { createProcessTree } from '../../../src/process/process-tree.ts';
import { memoryTable } from './memory-table.ts';

const root = { pid: 10, startTime: '5' };
const start = { pid: 10, startTime: '5' };

async function pidsOf(table: ReturnType<typeof memoryTable>, tree: ReturnType<typeof createProcessTree>): Promise<readonly number[]> {
  return (await tree.look()).map(({ pid }) => pid).sort((one, two) => one - two);
}

test('members are found by parentage, by group and session, and by marker; strangers are not', async () => {
  const table = memoryTable([
    start,
    { pid: 11, parent: 10 },
    { pid: 12, parent: 11 },
    { pid: 13, group: 10 },
    { pid: 14, session: 11 },
    { pid: 15, environment: 'SUBWIRE_TREE=mine' },
    { pid: 16, parent: 15 },
    { pid: 20 },
    { pid: 21, parent: 20 },
    { pid: 22, environment: 'SUBWIRE_TREE=other' },
  ]);
  expect(await pidsOf(table, createProcessTree({ root, marker: 'mine', table }))).toEqual([10, 11, 12, 13, 14, 15, 16]);
});

test('whoever was a member stays one: after its parent has died, and in a session that a dead member led', async () => {
  const table = memoryTable([start, { pid: 11, parent: 10 }, { pid: 12, parent: 11, session: 11, group: 11 }]);
  const tree = createProcessTree({ root, marker: 'mine', table });
  await tree.look();
  table.set([{ pid: 12, parent: 1, session: 11, group: 11 }, { pid: 13, parent: 1, session: 11, group: 13 }, { pid: 30 }]);
  expect(await pidsOf(table, tree)).toEqual([12, 13]);
  expect([tree.hasKnown(undefined), tree.hasKnown(12)]).toEqual([true, true]);
});

test('P48 a recycled number is nobody: neither as the root, nor as the leader of a group', async () => {
  const table = memoryTable([start, { pid: 11, parent: 10, startTime: '6' }]);
  const tree = createProcessTree({ root, marker: 'mine', table });
  await tree.look();
  table.set([
    { pid: 10, startTime: '99' },
    { pid: 11, startTime: '98' },
    { pid: 12, group: 11, startTime: '99' },
    { pid: 13, parent: 10, startTime: '99' },
  ]);
  expect(await pidsOf(table, tree)).toEqual([]);
  expect(tree.hasKnown(undefined)).toBe(false);
});

test('the host and process 1 are never members, whatever they carry; nor is what is older than the root', async () => {
  const table = memoryTable([
    { pid: 1, environment: 'mine' },
    { pid: 5, environment: 'mine' },
    { pid: 6, startTime: '4', group: 10 },
    start,
  ]);
  expect(await pidsOf(table, createProcessTree({ root, marker: 'mine', table, host: 5 }))).toEqual([10]);
});

test('where a look is the start of a program, what is known is not asked for one by one', () => {
  const table = memoryTable([start], { isCheap: false });
  expect(createProcessTree({ root, marker: 'mine', table }).hasKnown(undefined)).toBeUndefined();
});
